; The installer for Windows, by Inno Setup 6: dist\ksbb-field\ (make bundle's work) goes in whole.
;   iscc /DVersion=0.1.0 packaging\windows\ksbb-field.iss   ->  dist\ksbb-field-0.1.0-setup.exe

#ifndef Version
  #error Say which version: iscc /DVersion=...
#endif
#define Program "ksbb-field.exe"
#define Title "KSBB Lapangan"

[Setup]
; By this a newer version finds the one that it replaces: never change it.
AppId={{6F0B4C1E-2C5B-4F0D-9A57-6C1B7C8E4D31}
AppName={#Title}
AppVersion={#Version}
AppVerName={#Title} {#Version}
AppPublisher=KSBB
DefaultDirName={autopf}\KSBB Lapangan
DisableProgramGroupPage=yes
; A volunteer's laptop often belongs to somebody who is not there: without an administrator it goes
; into the user's own programs.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; What Python 3.11 and Qt 6 run on.
MinVersion=10.0.17763
SourceDir=..\..
OutputDir=dist
OutputBaseFilename=ksbb-field-{#Version}-setup
SetupIconFile=build\ksbb-field.ico
UninstallDisplayIcon={app}\{#Program}
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
; The app is asked to close, as at the end of a session: it writes what it was given first.
CloseApplications=yes
RestartApplications=no

[Languages]
; Inno Setup brings no Indonesian: ours over its own, so that what it adds later is English.
Name: "id"; MessagesFile: "compiler:Default.isl,packaging\windows\id.isl"
Name: "en"; MessagesFile: "compiler:Default.isl"

[CustomMessages]
id.desktop_icon=Buat ikon di desktop
en.desktop_icon=Put an icon on the desktop
id.launch=Buka KSBB Lapangan
en.launch=Open KSBB Lapangan

[Tasks]
Name: "desktopicon"; Description: "{cm:desktop_icon}"

[InstallDelete]
; Libraries that an older version had and this one has not must not be found by it.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "dist\ksbb-field\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#Title}"; Filename: "{app}\{#Program}"
Name: "{autodesktop}\{#Title}"; Filename: "{app}\{#Program}"; Tasks: desktopicon

[Run]
Filename: "{app}\{#Program}"; Description: "{cm:launch}"; Flags: nowait postinstall skipifsilent

; What a volunteer recorded lies elsewhere ({localappdata}\ksbb-lapangan) and stays when the app goes.
