"""The facts nano learns: states with capital and continent, and the names of people.

States are the members of the United Nations and Vatican City. "the" stands where English puts it.
"""

_STATES = {
    "Europe": """
Albania:Tirana|Andorra:Andorra la Vella|Austria:Vienna|Belarus:Minsk|Belgium:Brussels
Bosnia and Herzegovina:Sarajevo|Bulgaria:Sofia|Croatia:Zagreb|Cyprus:Nicosia|Czechia:Prague|Denmark:Copenhagen
Estonia:Tallinn|Finland:Helsinki|France:Paris|Germany:Berlin|Greece:Athens|Hungary:Budapest|Iceland:Reykjavik
Ireland:Dublin|Italy:Rome|Latvia:Riga|Liechtenstein:Vaduz|Lithuania:Vilnius|Luxembourg:Luxembourg|Malta:Valletta
Moldova:Chisinau|Monaco:Monaco|Montenegro:Podgorica|the Netherlands:Amsterdam|North Macedonia:Skopje|Norway:Oslo
Poland:Warsaw|Portugal:Lisbon|Romania:Bucharest|Russia:Moscow|San Marino:San Marino|Serbia:Belgrade
Slovakia:Bratislava|Slovenia:Ljubljana|Spain:Madrid|Sweden:Stockholm|Switzerland:Bern|Ukraine:Kyiv
the United Kingdom:London|Vatican City:Vatican City""",
    "Asia": """
Afghanistan:Kabul|Armenia:Yerevan|Azerbaijan:Baku|Bahrain:Manama|Bangladesh:Dhaka|Bhutan:Thimphu
Brunei:Bandar Seri Begawan|Cambodia:Phnom Penh|China:Beijing|East Timor:Dili|Georgia:Tbilisi|India:New Delhi
Indonesia:Jakarta|Iran:Tehran|Iraq:Baghdad|Israel:Jerusalem|Japan:Tokyo|Jordan:Amman|Kazakhstan:Astana
Kuwait:Kuwait City|Kyrgyzstan:Bishkek|Laos:Vientiane|Lebanon:Beirut|Malaysia:Kuala Lumpur|the Maldives:Male
Mongolia:Ulaanbaatar|Myanmar:Naypyidaw|Nepal:Kathmandu|North Korea:Pyongyang|Oman:Muscat|Pakistan:Islamabad
the Philippines:Manila|Qatar:Doha|Saudi Arabia:Riyadh|Singapore:Singapore|South Korea:Seoul
Sri Lanka:Sri Jayawardenepura Kotte|Syria:Damascus|Tajikistan:Dushanbe|Thailand:Bangkok|Turkey:Ankara
Turkmenistan:Ashgabat|the United Arab Emirates:Abu Dhabi|Uzbekistan:Tashkent|Vietnam:Hanoi|Yemen:Sanaa""",
    "Africa": """
Algeria:Algiers|Angola:Luanda|Benin:Porto-Novo|Botswana:Gaborone|Burkina Faso:Ouagadougou|Burundi:Gitega
Cameroon:Yaounde|Cape Verde:Praia|the Central African Republic:Bangui|Chad:N'Djamena|the Comoros:Moroni
the Democratic Republic of the Congo:Kinshasa|Djibouti:Djibouti|Egypt:Cairo|Equatorial Guinea:Malabo|Eritrea:Asmara
Eswatini:Mbabane|Ethiopia:Addis Ababa|Gabon:Libreville|the Gambia:Banjul|Ghana:Accra|Guinea:Conakry
Guinea-Bissau:Bissau|the Ivory Coast:Yamoussoukro|Kenya:Nairobi|Lesotho:Maseru|Liberia:Monrovia|Libya:Tripoli
Madagascar:Antananarivo|Malawi:Lilongwe|Mali:Bamako|Mauritania:Nouakchott|Mauritius:Port Louis|Morocco:Rabat
Mozambique:Maputo|Namibia:Windhoek|Niger:Niamey|Nigeria:Abuja|the Republic of the Congo:Brazzaville|Rwanda:Kigali
Sao Tome and Principe:Sao Tome|Senegal:Dakar|the Seychelles:Victoria|Sierra Leone:Freetown|Somalia:Mogadishu
South Africa:Pretoria|South Sudan:Juba|Sudan:Khartoum|Tanzania:Dodoma|Togo:Lome|Tunisia:Tunis|Uganda:Kampala
Zambia:Lusaka|Zimbabwe:Harare""",
    "North America": """
Antigua and Barbuda:Saint John's|the Bahamas:Nassau|Barbados:Bridgetown|Belize:Belmopan|Canada:Ottawa
Costa Rica:San Jose|Cuba:Havana|Dominica:Roseau|the Dominican Republic:Santo Domingo|El Salvador:San Salvador
Grenada:Saint George's|Guatemala:Guatemala City|Haiti:Port-au-Prince|Honduras:Tegucigalpa|Jamaica:Kingston
Mexico:Mexico City|Nicaragua:Managua|Panama:Panama City|Saint Kitts and Nevis:Basseterre|Saint Lucia:Castries
Saint Vincent and the Grenadines:Kingstown|Trinidad and Tobago:Port of Spain|the United States:Washington""",
    "South America": """
Argentina:Buenos Aires|Bolivia:Sucre|Brazil:Brasilia|Chile:Santiago|Colombia:Bogota|Ecuador:Quito|Guyana:Georgetown
Paraguay:Asuncion|Peru:Lima|Suriname:Paramaribo|Uruguay:Montevideo|Venezuela:Caracas""",
    "Oceania": """
Australia:Canberra|Fiji:Suva|Kiribati:Tarawa|the Marshall Islands:Majuro|Micronesia:Palikir|Nauru:Yaren
New Zealand:Wellington|Palau:Ngerulmud|Papua New Guinea:Port Moresby|Samoa:Apia|the Solomon Islands:Honiara
Tonga:Nuku'alofa|Tuvalu:Funafuti|Vanuatu:Port Vila""",
}

# (state, capital, continent)
STATES = [
    (*entry.split(":"), continent)
    for continent, block in _STATES.items()
    for entry in block.replace("\n", "|").strip("|").split("|")
]

FEMALE = """
Sally Mary Anna Emma Alice Sarah Laura Julia Lucy Jane Kate Emily Helen Ruth Clara Nina Sophie Sophia Olivia Maria
Martha Nancy Linda Susan Karen Lisa Amy Amanda Jessica Jennifer Rachel Rebecca Hannah Charlotte Claire Diana Eva Fiona
Gloria Heather Holly Iris Jill Joan Joyce Judy Julie Katie Kelly Kim Louise Margaret Megan Melissa Michelle Molly
Monica Naomi Natalie Nicole Patricia Paula Pamela Rita Rosa Sandra Sara Sharon Sheila Stella Teresa Tina Tracy Vanessa
Vera Wendy Zoe Erin Christine Catherine Carol Barbara Angela Andrea Ann Anne Annie Ashley Audrey Betty Caroline Cindy
Daisy Donna Dorothy Elena Elizabeth Ellen Jenny Lena Leah Maya Mia
""".split()

MALE = """
Sam Tom John Paul David Peter James Michael Robert William Richard Thomas Charles Daniel Matthew Anthony Steven Andrew
Kenneth George Kevin Brian Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry
Justin Scott Brandon Benjamin Samuel Gregory Frank Alexander Raymond Patrick Jack Dennis Jerry Tyler Aaron Adam Nathan
Henry Douglas Kyle Walter Ethan Jeremy Harold Keith Christian Roger Noah Gerald Sean Arthur Austin Carl Lawrence Dylan
Joe Bruce Ralph Roy Eugene Louis Philip Bobby Logan Max Leo Oscar Simon Martin Victor Hugo Oliver Luke Ben Bob Jim Tim
Dan Greg Alan Albert Alex Fred Felix
""".split()

NAMES = FEMALE + MALE
