"""What a made-up retailer sells, and to whom: alike for the same seed."""
import random

ITEM = ("sku", "name", "category", "brand", "size", "price")
ITEMS = [dict(zip(ITEM, item)) for item in (
    ("BOOT-42", "Walking boots, size 42", "shoes", "Fell & Dale", "42", "89.00"),
    ("BOOT-39", "Walking boots, size 39", "shoes", "Fell & Dale", "39", "89.00"),
    ("WELL-GREEN", "Wellingtons, green", "shoes", "Fell & Dale", "41", "34.50"),
    ("SOCK-WOOL", "Woollen socks", "clothes", "Herdwick", "M", "9.95"),
    ("SCARF-RED", "Scarf, red", "clothes", "Herdwick", None, "19.00"),
    ("SCARF-BLUE", "Scarf, blue", "clothes", "Herdwick", None, "19.00"),
    ("HAT-TWEED", "Tweed hat", "clothes", "Herdwick", "L", "42.00"),
    ("GLOVE-LEATHER", "Leather gloves", "clothes", "Herdwick", "M", "38.00"),
    ("JACKET-WAX", "Waxed jacket", "clothes", "Fell & Dale", "L", "149.00"),
    ("FLASK-1L", "Vacuum flask, 1 l", "kit", "Kettle & Son", None, "24.00"),
    ("MAP-OL7", "Map: The English Lakes, south-east", "kit", None, None, "9.99"),
    ("COMPASS", "Compass with mirror", "kit", "North", None, "31.00"),
    ("TORCH-HEAD", "Head torch", "kit", "North", None, "27.50"),
    ("STOVE-GAS", "Gas stove", "kit", "Kettle & Son", None, "45.00"),
    ("TENT-2", "Tent for two", "kit", "North", None, "219.00"),
    ("PACK-30", "Rucksack, 30 l", "kit", "North", None, "79.00"))]
BY_SKU = {item["sku"]: item for item in ITEMS}

FIRST = ("Ada Amir Beatrice Callum Daisy Edith Farah Grace Hugo Ines Jonas Kofi Leila Mabel Noor Olive Percy Rowan Saoirse Tariq Una Viola "
         "Wilfred Yara").split()
LAST = ("Lovelace Marlowe Okafor Pemberton Quayle Rathbone Sinclair Thackeray Underhill Vasquez Whitlock Yarrow Ashdown Blackwood Carmichael "
        "Drummond Ellery Fairfax Galloway Hathaway Ingram Jessop Kirkbride Langley Merriweather Nightingale Osgood Prendergast").split()
STREETS = ("Mill Lane,Station Road,Harbour Street,Chapel Walk,Weaver's Row,Orchard Close,Castle Hill,Saddler Street,Priory Gardens,"
           "Bridge End").split(",")
TOWNS = [("Camden", "NW1"), ("Leith", "EH6"), ("Bath", "BA1"), ("York", "YO1"), ("Truro", "TR1"), ("Kendal", "LA9")]

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada.lovelace@example.com", "phone": "+44 20 7946 0018", "born": "1975-12-10",
       "street": "12 Saddler Street", "city": "Camden", "postcode": "NW1 7AB", "country": "GB"}


class People:
    """Persons with everything that a form asks for."""

    def __init__(self, seed): self.chance, self.number = random.Random(seed), 0

    def next(self):
        chance, self.number = self.chance, self.number + 1
        first, last = FIRST[self.number * 7 % len(FIRST)], LAST[self.number * 5 % len(LAST)]
        town, code = chance.choice(TOWNS)
        return {"first_name": first, "last_name": last, "email": f"{first}.{last}{self.number}@example.com".lower(),
                "phone": f"+44 7700 9{self.number:05}",
                "born": f"{chance.randint(1941, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
                "street": f"{chance.randint(1, 120)} {chance.choice(STREETS)}", "city": town,
                "postcode": f"{code} {chance.randint(1, 9)}{chance.choice('ABDEFGHJLN')}{chance.choice('PQRSTUWXYZ')}", "country": "GB"}


def posted(person):
    """The same person as a web shop posts them."""
    names = {"first_name": "first name", "last_name": "last name", "born": "birth date", "street": "address"}
    return {names.get(name, name): value for name, value in person.items()}
