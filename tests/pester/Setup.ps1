# Dot-sourced by every suite: the packaged module, and a folder and a store of its own for each test.
$module = $env:INCIDENTTOOLS_MODULE
if (-not $module) {
    $laidOut = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'IncidentTools')
    $module = @(Get-ChildItem $laidOut -Filter IncidentTools.psd1 -Recurse | Sort-Object FullName)[-1].FullName
}
Import-Module $module -Force

function New-TestStore {
    $folder = [IO.Path]::Combine([IO.Path]::GetTempPath(), "incidenttools-$([guid]::NewGuid())")
    $null = New-Item -ItemType Directory $folder
    Push-Location $folder
    $null = Connect-IncidentStore -Store ([IO.Path]::Combine($folder, 'incidents.db'))
    $folder
}

function Remove-TestStore([string] $Folder) {
    Exit-Incident
    Disconnect-IncidentStore
    Pop-Location
    Remove-Item $Folder -Recurse -Force -ErrorAction Ignore
}

# the id that an error of ours has, without the command's name
function Get-ErrorId([scriptblock] $Script) {
    try { $null = & $Script } catch { return $_.FullyQualifiedErrorId.Split(',')[0] }
}
