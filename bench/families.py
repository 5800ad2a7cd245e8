"""Made-up families, as various as real ones: for whatever is measured in bytes or in rows.

Names are words of an Indonesian list, drawn as unevenly as they occur and written as rosters write
them; addresses name a street, a number and often more. So they pack no better than a real roster.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path


def _words(words: str, between: str = " ") -> list[str]:
    return words.split(between)


FIRST = _words(
    "Muhammad Siti Nur Ahmad Sri Abdul Dewi Agus Budi Eko Rina Joko Yuni Hendra Lina Rudi Slamet"
    " Wati Bambang Ani Dedi Ratna Yusuf Fitri Iwan Maya Hasan Indah Arif Tuti Rizki Ningsih Andi"
    " Lestari Fajar Sari Asep Yanti Endang Suparman Mulyadi Rohmah Aminah Khadijah Umar Ali Dian"
    " Ika Wahyu Teguh Sugeng Heri Yanto Supri Hartono Sumarni Sulastri Parti Ponirah Kasmini Darmi"
    " Rohani Zainal Faisal Irfan Ilham Galih Bayu Rangga Putri Ayu Citra Melati Kartika Intan"
    " Mega Bunga Tri Catur Panca Gita Anisa Nabila Salma Zahra Fatimah Maryam Halimah Ruqayah"
    " Johannes Maria Yohana Petrus Paulus Stefanus Agustinus Theresia Kristina Natalia Wayan Made"
    " Nyoman Ketut Tan Lie Oey Kwee Togar Tigor Binsar Rosmawati Nurhayati Nuraini Nurjanah"
    " Sutrisno Sugiyono Supardi Suharto Sukardi Sunarti Suryati Sumiati Mardiana Marlina Herlina"
    " Yulianti Damayanti Novita Oktavia Septiana Febrianti Januar Desi Mei Junaidi Jaya Untung"
    " Rahmat Hidayat Taufik Hakim Karim Rahim Salim Latif Aziz Hamid Majid Rasyid Wahid Samad"
)
LAST = _words(
    "Santoso Wijaya Lestari Pratama Hidayat Rahmawati Setiawan Kusuma Nugroho Wulandari Saputra"
    " Handayani Siregar Simanjuntak Nasution Maulana Fauzi Utami Permana Susanti Gunawan Halim"
    " Firmansyah Puspita Suryadi Anggraini Ramadhan Kurniawan Hakim Safitri Rahayu Purnomo Lubis"
    " Harahap Hutagalung Sitompul Pane Ginting Tarigan Sembiring Sinaga Manurung Situmorang"
    " Panjaitan Tampubolon Batubara Rangkuti Pohan Dalimunthe Hasibuan Ritonga Daulay Wahyuni"
    " Astuti Kurniasih Widodo Prasetyo Wibowo Hartono Susilo Budiman Suhendra Iskandar Sulaiman"
    " Abdullah Rohman Rahman Karim Salim Basri Effendi Syahputra Ramli Yunus Usman Hamzah Idris"
    " Maryati Sumarni Yuliana Kartini Hasanah Khotimah Fadilah Azizah Mutmainah Solihah Supriyadi"
    " Mulyono Sudirman Suwarno Sutanto Tanuwijaya Salim Kosasih Gozali Pangestu Wonowidjojo Sutedja"
    " Adiputra Mahendra Nugraha Firdaus Akbar Alamsyah Perdana Kusumawati Cahyani Cahyono Haryanto"
    " Haryati Suryani Sukmawati Mustofa Ismail Ibrahim Yahya Zakaria Arifin Ridwan Syarif Anwar"
)
STREETS = _words(
    "Jl. Kamboja|Gg. Melati|Jl. Anggrek|Gg. Mangga|Jl. Kenanga|Gg. Buntu|Jl. Tanah Abang V|Jl. "
    "Cideng Barat|Gg. Haji Sabeni|Jl. Kebon Kacang IX|Gg. Mawar|Jl. Petamburan III|Jl. Musi|Jl. "
    "Rorotan IX|Gg. Haji Muhidin|Jl. Kalibaru Timur|Gg. Swadaya II|Jl. Warakas VI|Jl. Lontar|Gg. "
    "Kancil|Jl. Bangka Raya|Jl. Pulo Kambing|Gg. Bakti|Jl. Manunggal|Jl. Pisangan Lama",
    between="|",
)
_DISTRICTS, _DAYS = ("317101", "317102", "317204", "317301", "327601"), 28


def _uneven(count: int) -> list[float]:
    """Cumulative weights by Zipf: the second most common name is half as common as the first."""
    return list(accumulate(1 / place for place in range(1, count + 1)))


_FIRST_WEIGHTS, _LAST_WEIGHTS = _uneven(len(FIRST)), _uneven(len(LAST))
_WORDS = (1, 8, 3)
"""How many names of a hundred have one, two or three words, in proportion."""


def name(chance: random.Random) -> str:
    """A name of one to three words."""
    words = chance.choices((1, 2, 3), _WORDS)[0]
    parts = chance.choices(FIRST, cum_weights=_FIRST_WEIGHTS)
    if words == 3:
        parts += chance.choices(FIRST, cum_weights=_FIRST_WEIGHTS)
    if words > 1:
        parts += chance.choices(LAST, cum_weights=_LAST_WEIGHTS)
    return " ".join(parts)


def address(chance: random.Random) -> str:
    """A street and a number; in every third there is more to say."""
    street = f"{chance.choice(STREETS)} No. {chance.randint(1, 120)}"
    return f"{street} {chance.choice('ABCD')}" if chance.random() < 1 / 3 else street


def kk_numbers(chance: random.Random, count: int, share: int) -> list[int]:
    """So many KK numbers of the last twenty years, none twice, most of two districts.

    Serials are small as a rule; no two of ten ``share`` (0 to 9) have a number in common.
    """
    found: dict[int, None] = {}
    while len(found) < count:
        district = chance.choices(_DISTRICTS, (60, 20, 10, 5, 5))[0]
        day, month, year = chance.randint(1, _DAYS), chance.randint(1, 12), chance.randint(5, 25)
        tens = chance.choices((chance.randint(0, 6), chance.randint(0, 900)), (9, 1))[0]
        found[int(f"{district}{day:02d}{month:02d}{year:02d}{10 * tens + share:04d}")] = None
    return list(found)


def write_roster(file: Path, seed: int, count: int) -> None:
    """A roster of so many families as an office would send it, as CSV, in no order; none of them is
    in the rosters of the other ``seed`` (1 to 9)."""
    chance = random.Random(seed)
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(_HEADER)
        rows.writerows(_rows(chance, kk_numbers(chance, count, seed)))


_HEADER = (
    "Nomor KK",
    "Nama Kepala Keluarga",
    "Kelurahan",
    "RW",
    "RT",
    "Alamat",
    "Jumlah Anggota",
)


def _rows(chance: random.Random, numbers: list[int]) -> Iterator[list[object]]:
    for kk in numbers:
        members = chance.choices((1, 2, 3, 4, 5, 6, 7), (4, 10, 18, 26, 20, 14, 8))[0]
        yield [
            f"{kk:016d}",
            name(chance),
            "Cideng",
            chance.randint(1, 8),
            chance.randint(1, 14),
            address(chance),
            members,
        ]
