import GRDB
import GRDBSQLite
import Logging
import Yams
