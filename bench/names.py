"""Invented people in large numbers: common names of many cultures, and a long tail of composed ones, as a register has.

The front of each list holds the frequent ones: the n-th is drawn with a weight of 1/(n+20).
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

_FIRST = """Maria James John Michael David Jennifer Robert Jessica Ashley Sarah William Elizabeth Christopher Daniel
Emily Matthew Amanda Joshua Brittany Andrew Samantha Joseph Stephanie Anthony Nicole Ryan Lauren Nicholas Rachel Brian
Katherine Kevin Megan Jason Rebecca Eric Danielle Justin Amber Tyler Christina Brandon Kimberly Jonathan Michelle Jose
Catherine Juan Ana Luis Carmen Carlos Rosa Miguel Lucía José Sofía Ángel Núria Zoë Chloé André François Jürgen Søren
Łukasz Agnieszka Małgorzata Tomáš Zdeněk Iñigo Begoña Siobhán Niamh Séamus Aoife Rhys Angharad Fatima Mohammed Aisha
Ahmed Omar Layla Yusuf Zainab Ibrahim Khadija Wei Mei Jing Hao Xin Ling Ming Yuki Haruto Sakura Kenji Aiko Min-jun
Ji-woo Seo-yeon Hye-jin Anh Linh Thuy Minh Priya Rahul Ananya Arjun Lakshmi Sanjay Deepa Vikram Kavya Abebe Tigist
Dawit Selam Bekele Hirut Kwame Ama Kofi Akosua Chidi Ngozi Oluwaseun Adaeze Emeka Folake Tunde Nia Imani Malik Latoya
DeShawn Keisha Jamal Tanisha Marcus Ebony Terrence Olga Dmitri Svetlana Ivan Natasha Boris Irina Pavel Anya Giulia
Marco Chiara Lorenzo Francesca Alessandro Noor Samir Rania Tariq Leila Hassan Mariam Karim Eitan Shira Avi Noa Moshe
Rivka Talia Anne-Marie Jean-Luc Mary-Kate Bobbie-Jo D'Andre Ja'Nae O'Neil Katharina Cathryn Kathryn Jon Jonathon Sara
Steven Stephen Phillip Philip Geoffrey Jeffrey Shaun Sean Shawn Erik Erica Kristen Kirsten Christine Kristina"""

_LAST = """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker
Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood
Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins
Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Fisher Vasquez Simmons Romero Jordan Patterson Alexander
Hamilton Graham Reynolds Griffin Wallace West Cole Hayes Bryant Herrera Gibson Ellis Tran Medina Aguilar Stevens Murray
Ford Castro Marshall Owens Harrison Fernandez McDonald Woods Washington Kennedy Wells Vargas Henry Chen Freeman Webb
Tucker Guzman Burns Crawford Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Muñoz Hunt Hicks
Núñez Peña García-López Smith-Jones Ortiz-Vega De-la-Cruz O'Brien O'Connor O'Sullivan D'Angelo St.-Pierre MacLeod
McCarthy Müller Schröder Weiß Håkansson Ødegård Kowalczyk Wiśniewski Łuczak Dvořák Nováková Szabó Kovács Ionescu Popov
Ivanova Petrosyan Yılmaz Özdemir Al-Sayed El-Amin Abdullah Hussain Begum Chaudhry Singh Kaur Sharma Gupta Iyer Tesfaye
Gebremariam Haile Okafor Adeyemi Eze Mensah Owusu Diallo Traoré N'Diaye Mbeki Wang Li Zhang Zhao Huang Park Choi Jung
Tanaka Suzuki Yamamoto Sato Pham Vu Smyth Smythe Thomson Clarke Browne Meyer Meier Schmidt Schmitt Stephens Reid"""

FIRST, LAST = _FIRST.split(), _LAST.split()

_HEADS = "Al Bar Bel Ber Cal Car Dal Dor El Fal Fen Gar Gil Hal Har Hol Kar Kel Lan Lor Mar Mel Mor Nor Pal Per Ros Sal"
_MIDDLES = "a e i o u an en in on ar er or al el il as es is em om et it ov ev ad ed"
_TAILS = (
    "berg burn by camp dale den dorf ell ett ford gate ham hart kin land ley low man mer mond more ner nos qui quist"
)
_TAILS += " rett rich ridge sen ski son stad stone ton vale vara vey vin wald ward well wick wood worth yan zar"
COMPOSED = [head + middle + tail for head in _HEADS.split() for middle in _MIDDLES.split() for tail in _TAILS.split()]


@dataclass(frozen=True)
class Person:
    """One invented client, in the order of the columns that are filled."""

    ref: str
    first_name: str
    last_name: str
    preferred_name: str
    dob: date
    email: str
    phone: str
    city: str
    state: str


CITIES = [("Baltimore", "MD"), ("Columbia", "MD"), ("Silver Spring", "MD"), ("Washington", "DC"), ("Arlington", "VA")]
# Every area code there may be, under the exchange of invented numbers: as on a real register, few share a number.
AREAS = [area for area in range(200, 1000) if area // 10 % 10 != 9]


def people(count: int, seed: int = 2026) -> list[Person]:
    """So many people, always the same ones for a seed: three in four of a common surname."""
    draw = random.Random(seed)
    first = draw.choices(FIRST, [1 / (n + 20) for n in range(len(FIRST))], k=count)
    last = draw.choices(LAST, [1 / (n + 20) for n in range(len(LAST))], k=count)
    return [_person(draw, number, first[number], last[number]) for number in range(count)]


def _person(draw: random.Random, number: int, first: str, last: str) -> Person:
    if draw.random() < 0.25:
        last = draw.choice(COMPOSED)
    city, state = draw.choice(CITIES)
    return Person(
        ref=f"C-{number:06d}",
        first_name=first,
        last_name=last,
        preferred_name=draw.choice(FIRST) if draw.random() < 0.1 else "",
        dob=date(1940, 1, 1) + timedelta(days=draw.randrange(75 * 365)),
        email=f"person{number}@example.com",
        phone=f"({draw.choice(AREAS)}) 555-{draw.randrange(10_000):04d}",
        city=city,
        state=state,
    )
