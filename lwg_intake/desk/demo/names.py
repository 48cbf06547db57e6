"""What the invented people are called and where they live. Nobody here exists; no telephone here rings.

Telephone numbers are of the range kept free for invention (555-01xx), e-mail domains likewise (example.com and
its like), and streets are made up.
"""

import unicodedata

# Per culture: women's, men's and anyone's first names; family names.
CULTURES: tuple[tuple[str, str, str, str], ...] = (
    ("Abigail Brenda Carol Danielle Erin Faith Grace Hannah Joanna Kendra Lauren Megan Paige Rebecca Tiffany Wendy",
     "Aaron Brandon Curtis Derek Ethan Gregory Howard Jason Kyle Logan Mitchell Nathan Patrick Russell Travis Zachary",
     "Avery Casey Jordan Morgan Quinn Riley Taylor",
     "Abbott Barlow Carver Dunmore Ellery Fairbanks Garrity Hollis Ingram Kettering Lockwood Marsh Norwood Pruitt "
     "Quimby Redfern Stallworth Thorne Upshaw Whitlock Yardley O'Brien O'Malley McAllister"),
    ("Aaliyah Breonna Chantal Denise Ebony Imani Jasmine Keisha Latoya Monique Nia Shanice Tamika Yolanda",
     "Andre Darnell Deshawn Jamal Jerome Kareem Lamar Malik Marquis Terrence Tyrone Xavier", "Devin Jaylen Skyler",
     "Battle Broadnax Copeland Dorsey Easley Gaines Hairston Jeffries Merriweather Pettway Ruffin Stokes Tolliver "
     "Witherspoon Yarborough"),
    ("Alejandra Beatriz Camila Daniela Esperanza Guadalupe Inés Lucía Marisol Noemí Paloma Rocío Sofía Ximena Yesenia",
     "Alejandro Álvaro César Diego Emilio Fernando Gerardo Héctor Iván Joaquín José Luis Mateo Óscar Raúl Tomás",
     "Ángel Guadalupe Cruz",
     "Aguirre Benítez Cárdenas Domínguez Escobar Figueroa García Hernández Ibarra Juárez López Muñoz Núñez Orozco "
     "Peña Quiñones Ríos Salazar Treviño Ureña Velázquez Zúñiga"),
    ("Aster Bethlehem Eden Feven Hirut Kidist Lulit Makeda Meseret Rahel Saba Selam Tigist Yodit",
     "Abebe Berhanu Dawit Elias Girma Henok Kaleb Mekonnen Samuel Tesfaye Yared Yonas Zerihun", "Selam Tsion",
     "Abraha Alemu Bekele Demissie Fekadu Gebremariam Habte Kebede Lemma Mengistu Negash Tadesse Wolde Yilma"),
    ("Adaeze Chidinma Efua Folasade Ifeoma Kehinde Ngozi Oluchi Simisola Temitope Uchenna Yetunde",
     "Babajide Chinedu Emeka Ikenna Kwabena Kwame Obinna Oluwaseun Segun Tunde Uche Yaw", "Kehinde Taiwo",
     "Adebayo Agyeman Boateng Chukwu Eze Ibekwe Mensah Nwachukwu Obi Ogunleye Okafor Okonkwo Osei Owusu Quaye"),
    ("Aïcha Binta Céline Fatoumata Geneviève Hélène Marième Noémie Océane Rokhaya Solène Zoé",
     "Amadou Benoît Cheikh Étienne François Ibrahima Jérôme Mamadou Moussa Rémi Souleymane Théo", "Camille Dominique",
     "Bâ Camara Côté Delacroix Diallo Fontaine Gueye Keïta Lefèvre Mbaye N'Diaye Ouédraogo Saint-Pierre Sow Traoré"),
    ("Anjali Bhavna Deepa Fatima Kavita Lakshmi Meera Nandini Padma Priya Radhika Shreya Sunita Zainab",
     "Arjun Bilal Dev Faisal Gaurav Imran Karthik Manish Nikhil Omar Rahul Sanjay Vikram Yusuf", "Kiran Noor",
     "Agarwal Banerjee Chowdhury Deshpande Iyer Joshi Kapoor Malhotra Nair Patel Qureshi Rahman Siddiqui Venkataraman"),
    ("Bích Diễm Hương Kim-Anh Lan Ngọc Thảo Yến", "Bảo Dũng Hiếu Long Phúc Quang Tuấn", "Linh Minh",
     "Bùi Đặng Đỗ Hoàng Huỳnh Lê Ngô Nguyễn Phạm Trần Võ Vũ"),
    ("Jia-Yi Lihua Mei-Ling Peizhen Shu-Fen Xiu Yun", "Guowei Jianhong Renjie Wei Yifan Zhiming", "Jing Lin",
     "Cai Chen Deng Fang Huang Jiang Liang Luo Ouyang Shen Tsai Wu Xu Yang Zhao Zheng"),
    ("Bo-ra Eun-ji Hana Ji-woo Mi-kyung Seo-yeon Soo-ah", "Dong-hyun Jae-won Min-jun Sung-ho Tae-yang", "Min Sora",
     "Bae Choi Han Jeong Kang Kim Lim Noh Park Seo Shin Yoon"),
    ("Agnieszka Božena Darya Galina Ilse Jelena Katarzyna Ludmila Oksana Svetlana Wiktoria Zuzana",
     "Andrzej Bogdan Dmitri Grzegorz Jiří Łukasz Miloš Oleksandr Paweł Sergei Stanisław Zoltán", "Sasha",
     "Baranowski Čapek Dvořák Głowacki Horvat Ivanenko Kovačević Malinowski Novák Petrova Szymański Wójcik Żak"),
    ("Amal Dalia Farah Hanan Iman Laleh Maryam Nasrin Rania Samira Shirin Yasmin",
     "Ahmad Bashir Dariush Farhad Hassan Karim Mehdi Nabil Omid Rashid Tariq Ziad", "Nour",
     "Abboud Al-Hariri Daoud El-Masri Farahani Haddad Jafari Karimi Mansour Najjar Rahimi Sabbagh Tehrani"),
    ("Annika Birgit Elske Freya Greta Ingrid Lieke Maren Sanne Siobhán Turid Wilhelmina",
     "Anders Björn Cillian Eoin Gijs Jürgen Klaas Lars Nils Pádraig Søren Willem", "Robin Kim",
     "Bergström van-der-Berg Dahl Eriksen Flynn Grünwald Haugen Jansen Kjeldsen Ó-Súilleabháin Müller Nyström "
     "Østergaard van-Dijk Weiß"),
    ("Analyn Corazon Dalisay Imelda Jocelyn Leilani Maricel Moana Rosalie Tala",
     "Benigno Crisanto Efren Jomar Kainoa Lito Makoa Nestor Rodel Sione", "Kai Malia",
     "Bautista dela-Cruz Dimaculangan Evangelista Kahananui Lualhati Macaraeg Pangilinan Tuimavave Villanueva"),
    ("Avital Chaya Devorah Miriam Noa Rivka Shira Tamar Yael", "Ari Boaz Eitan Gideon Lev Moshe Natan Yonatan",
     "Ariel Noam", "Abramowitz Ben-Ami Edelstein Feldman Goldfarb Halevi Lieberman Mizrahi Perlman Rosenthal Zilber"),
)  # fmt: skip

# The language that some with names of a list would rather speak with us, by the list's first family name: how many
# clients of a hundred. Of the clinicians more than half speak it.
SPOKEN = {
    "Aguirre": ("Spanish", 45), "Abraha": ("Amharic", 40), "Bâ": ("French", 40), "Adebayo": ("Yoruba", 2),
    "Agarwal": ("Hindi", 4), "Bùi": ("Vietnamese", 14), "Cai": ("Mandarin", 14), "Bae": ("Korean", 12),
    "Abboud": ("Arabic", 10), "Bautista": ("Tagalog", 4), "Baranowski": ("Polish", 3),
}  # fmt: skip

NICKNAMES = {
    "Abigail": "Abby", "Alejandra": "Ale", "Alejandro": "Alex", "Danielle": "Dani", "Esperanza": "Espe",
    "Fatoumata": "Fatou", "Gregory": "Greg", "Guadalupe": "Lupe", "Katarzyna": "Kasia", "Mitchell": "Mitch",
    "Nathan": "Nate", "Oleksandr": "Sasha", "Oluwaseun": "Seun", "Patrick": "Pat", "Rebecca": "Becca",
    "Temitope": "Tope", "Wilhelmina": "Mina", "Yonatan": "Yoni", "Zachary": "Zach", "Joaquín": "Quino",
}  # fmt: skip

# State, city, postal code, and how many of a hundred clients live there.
TOWNS = (
    ("MD", "Silver Spring", "20910", 17), ("MD", "Rockville", "20850", 11), ("MD", "Hyattsville", "20782", 8),
    ("MD", "Baltimore", "21218", 10), ("MD", "Columbia", "21044", 7), ("MD", "Gaithersburg", "20878", 6),
    ("MD", "Bowie", "20715", 6), ("MD", "Frederick", "21701", 4), ("MD", "Annapolis", "21401", 3),
    ("MD", "Takoma Park", "20912", 4), ("DC", "Washington", "20011", 9), ("DC", "Washington", "20002", 5),
    ("VA", "Arlington", "22204", 4), ("VA", "Alexandria", "22304", 4), ("VA", "Falls Church", "22046", 2),
)  # fmt: skip

# How often each list is drawn: the longer, the more often, so that namesakes stay few.
WEIGHTS = [len(family.split()) for *_, family in CULTURES]

AREA_CODES = {"MD": ("301", "240", "410", "443"), "DC": ("202",), "VA": ("703",)}
PHONE_FORMS = ("({0}) 555-{1}", "{0}-555-{1}", "{0}-555-{1}", "{0}.555.{1}", "+1 {0} 555 {1}")
MAIL = ("example.com", "example.com", "example.org", "example.net")

STREETS = tuple(
    f"{first}{last}"
    for first in ("Alder", "Birchwater", "Copper", "Dovecote", "Ember", "Foxglove", "Gristmill", "Heron", "Inkwell",
                  "Juniper", "Kestrel", "Lantern", "Mossy", "Nightjar", "Otter", "Pebble", "Quillback", "Rookery")
    for last in (" Hollow Road", " Bend Lane", " Crossing", " Terrace", " Mill Way", " Run Court")
)  # fmt: skip


def spoken(name: str) -> str:
    """A family name as written: a hyphen stands for a space after van, dela and Ó in the lists above."""
    for particle in ("van-der-", "van-", "dela-", "Ó-"):
        if name.startswith(particle):
            return particle.replace("-", " ") + name[len(particle) :]
    return name


def plain(name: str) -> str:
    """The name in the letters of an e-mail address."""
    name = name.translate(str.maketrans("ØøŁłĐđß", "OoLlDds"))
    return "".join(c for c in unicodedata.normalize("NFD", name).lower() if c.isascii() and c.isalpha())
