-- The stock and purchase orders of Microsoft's AdventureWorks sample, as SQLite tables.
-- Columns stand in the order of the sample's CSV files.

CREATE TABLE Product (
    ProductID              INTEGER PRIMARY KEY,
    Name                   NVARCHAR(50) NOT NULL,
    ProductNumber          NVARCHAR(25) NOT NULL UNIQUE,
    MakeFlag               BIT NOT NULL,
    FinishedGoodsFlag      BIT NOT NULL,
    Color                  NVARCHAR(15),
    SafetyStockLevel       SMALLINT NOT NULL,
    ReorderPoint           SMALLINT NOT NULL,
    StandardCost           MONEY NOT NULL,
    ListPrice              MONEY NOT NULL,
    Size                   NVARCHAR(5),
    SizeUnitMeasureCode    NCHAR(3),
    WeightUnitMeasureCode  NCHAR(3),
    Weight                 DECIMAL(8,2),
    DaysToManufacture      INT NOT NULL,
    ProductLine            NCHAR(2),
    Class                  NCHAR(2),
    Style                  NCHAR(2),
    ProductSubcategoryID   INT,
    ProductModelID         INT,
    SellStartDate          DATETIME NOT NULL,
    SellEndDate            DATETIME,
    DiscontinuedDate       DATETIME,
    rowguid                UNIQUEIDENTIFIER NOT NULL,
    ModifiedDate           DATETIME NOT NULL
);

CREATE TABLE Location (
    LocationID    INTEGER PRIMARY KEY,
    Name          NVARCHAR(50) NOT NULL UNIQUE,
    CostRate      SMALLMONEY NOT NULL,
    Availability  DECIMAL(8,2) NOT NULL,
    ModifiedDate  DATETIME NOT NULL
);

CREATE TABLE ProductInventory (
    ProductID     INTEGER NOT NULL REFERENCES Product (ProductID),
    LocationID    SMALLINT NOT NULL REFERENCES Location (LocationID),
    Shelf         NVARCHAR(10) NOT NULL,
    Bin           TINYINT NOT NULL,
    Quantity      SMALLINT NOT NULL,
    rowguid       UNIQUEIDENTIFIER NOT NULL,
    ModifiedDate  DATETIME NOT NULL,
    PRIMARY KEY (ProductID, LocationID)
);

CREATE TABLE PurchaseOrderHeader (
    PurchaseOrderID  INTEGER PRIMARY KEY,
    RevisionNumber   TINYINT NOT NULL,
    Status           TINYINT NOT NULL,
    EmployeeID       INT NOT NULL,
    VendorID         INT NOT NULL,
    ShipMethodID     INT NOT NULL,
    OrderDate        DATETIME NOT NULL,
    ShipDate         DATETIME,
    SubTotal         MONEY NOT NULL,
    TaxAmt           MONEY NOT NULL,
    Freight          MONEY NOT NULL,
    TotalDue         MONEY NOT NULL,
    ModifiedDate     DATETIME NOT NULL
);

CREATE TABLE PurchaseOrderDetail (
    PurchaseOrderID        INTEGER NOT NULL REFERENCES PurchaseOrderHeader (PurchaseOrderID),
    PurchaseOrderDetailID  INTEGER NOT NULL,
    DueDate                DATETIME NOT NULL,
    OrderQty               SMALLINT NOT NULL,
    ProductID              INT NOT NULL REFERENCES Product (ProductID),
    UnitPrice              MONEY NOT NULL,
    LineTotal              MONEY NOT NULL,
    ReceivedQty            DECIMAL(8,2) NOT NULL,
    RejectedQty            DECIMAL(8,2) NOT NULL,
    StockedQty             DECIMAL(9,2) NOT NULL,
    ModifiedDate           DATETIME NOT NULL,
    PRIMARY KEY (PurchaseOrderID, PurchaseOrderDetailID)
);
