; What the installer says, in Indonesian; ksbb-field.iss lays it over Inno Setup's own English.

[LangOptions]
LanguageName=Bahasa Indonesia
LanguageID=$0421
LanguageCodePage=0

[Messages]
SetupAppTitle=Pemasangan
SetupWindowTitle=Pemasangan - %1
UninstallAppTitle=Penghapusan
UninstallAppFullTitle=Hapus %1
InformationTitle=Keterangan
ConfirmTitle=Konfirmasi
ErrorTitle=Kesalahan

ButtonBack=< &Kembali
ButtonNext=&Lanjut >
ButtonInstall=&Pasang
ButtonOK=OK
ButtonCancel=Batal
ButtonYes=&Ya
ButtonNo=&Tidak
ButtonFinish=&Selesai
ButtonBrowse=&Cari...
ButtonWizardBrowse=C&ari...
ButtonNewFolder=&Folder Baru

SelectLanguageTitle=Bahasa
SelectLanguageLabel=Pilih bahasa selama pemasangan.
ClickNext=Tekan Lanjut untuk meneruskan, atau Batal untuk keluar.
BrowseDialogTitle=Pilih Folder
BrowseDialogLabel=Pilih folder dari daftar, lalu tekan OK.

WizardSelectDir=Pilih Tempat
SelectDirDesc=Di mana [name] akan dipasang?
SelectDirLabel3=[name] akan dipasang ke folder berikut.
SelectDirBrowseLabel=Tekan Lanjut untuk meneruskan. Untuk folder lain, tekan Cari.
DiskSpaceMBLabel=Perlu ruang kosong sedikitnya [mb] MB.
DirExistsTitle=Folder Sudah Ada
DirExists=Folder%n%n%1%n%nsudah ada. Tetap pasang di sana?

WizardSelectTasks=Pilih Tambahan
SelectTasksDesc=Apa lagi yang perlu dikerjakan?
SelectTasksLabel2=Pilih tambahan selama pemasangan [name], lalu tekan Lanjut.

WizardReady=Siap Memasang
ReadyLabel1=[name] siap dipasang di komputer ini.
ReadyLabel2a=Tekan Pasang untuk memulai, atau Kembali untuk mengubah pilihan.
ReadyLabel2b=Tekan Pasang untuk memulai.
ReadyMemoDir=Folder:
ReadyMemoTasks=Tambahan:

WizardPreparing=Bersiap Memasang
PreparingDesc=Menyiapkan pemasangan [name] di komputer ini.
ApplicationsFound=Program berikut memakai berkas yang akan diganti. Sebaiknya ditutup dulu; yang sudah dicatat tidak hilang.
CloseApplications=&Tutup program itu
DontCloseApplications=&Jangan tutup program itu

WizardInstalling=Memasang
InstallingLabel=Tunggu selama [name] dipasang di komputer ini.
StatusExtractFiles=Menyalin berkas...
StatusCreateIcons=Membuat ikon...
StatusRollback=Mengembalikan perubahan...
StatusUninstalling=Menghapus %1...

FinishedHeadingLabel=[name] sudah terpasang
FinishedLabelNoIcons=[name] sudah terpasang di komputer ini.
FinishedLabel=[name] sudah terpasang di komputer ini. Buka lewat ikonnya.
ClickFinish=Tekan Selesai untuk keluar.
RunEntryExec=Jalankan %1

ExitSetupTitle=Keluar dari Pemasangan
ExitSetupMessage=Pemasangan belum selesai. Bila keluar sekarang, aplikasi tidak terpasang.%n%nKeluar?

ConfirmUninstall=Hapus %1 beserta semua bagiannya? Catatan di laptop ini tetap ada.
UninstallStatusLabel=Tunggu selama %1 dihapus dari komputer ini.
UninstalledAll=%1 sudah dihapus dari komputer ini.
UninstalledMost=%1 sudah dihapus. Beberapa bagian tidak dapat dihapus dan boleh dihapus sendiri.
