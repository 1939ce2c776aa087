# Builds, tests and packages IncidentTools. Runs in pwsh 7.4 or later, and without one in the shell of this repository:
#   ./build.ps1 -Task Test
#   dotnet run --project src/IncidentTools.Shell -- build.ps1 -Task Package
# Ends with the exit code of what failed.
param(
    [string[]] $Task = 'Build', # Clean, Build, Test, Pester, Package; several are done in the order given
    [ValidateSet('Debug', 'Release')] [string] $Configuration = 'Debug', # of Build and Test; a package is always Release
    [switch] $NoBuild # Test and Package take what is built already
)
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$out = [IO.Path]::Combine($root, 'out')

function Say([string] $Text) { $Host.UI.WriteLine($Text) }

function Stop-Build([string] $Text, [int] $Code = 1) {
    Say "FAILED: $Text"
    exit $Code
}

# arguments as a list: a path with a space or a quote stays one argument
function Invoke-Dotnet([string[]] $Arguments) {
    Say "dotnet $Arguments"
    & dotnet @Arguments
    if ($LASTEXITCODE -ne 0) { Stop-Build "dotnet $($Arguments[0]) gave $LASTEXITCODE" $LASTEXITCODE }
}

function Clear-Build {
    # what this very process runs from stays: deleting it would end the build half way
    $loaded = foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies()) { if (-not $assembly.IsDynamic) { $assembly.Location } }
    $projects = [IO.Directory]::GetFiles($root, '*.csproj', 'AllDirectories') | ForEach-Object { [IO.Path]::GetDirectoryName($_) }
    foreach ($folder in @($out) + @($projects | ForEach-Object { [IO.Path]::Combine($_, 'bin'); [IO.Path]::Combine($_, 'obj') })) {
        if (-not [IO.Directory]::Exists($folder)) { continue }
        if ($loaded | Where-Object { "$_".StartsWith($folder + [IO.Path]::DirectorySeparatorChar, 'Ordinal') }) { Say "left, because this shell runs from it: $folder" }
        else { [IO.Directory]::Delete($folder, $true) }
    }
}

function Invoke-Build { Invoke-Dotnet build, ([IO.Path]::Combine($root, 'IncidentTools.sln')), -c, $Configuration, -v, q, --nologo }

function Invoke-Test {
    $more = if ($NoBuild) { '--no-build' } else { @() }
    Invoke-Dotnet (@('test', [IO.Path]::Combine($root, 'IncidentTools.sln'), '-c', $Configuration, '-v', 'q', '--nologo') + $more)
}

function Invoke-PesterSuite {
    if (-not (Get-Command Add-Type -ErrorAction Ignore)) {
        # the bare engine cannot run Pester, but a full PowerShell beside it can
        $pwsh = Get-Command pwsh -CommandType Application -ErrorAction Ignore
        if (-not $pwsh) { Say 'SKIPPED: Pester, because there is no PowerShell (pwsh) here'; return }
        & @($pwsh)[0].Path -NoProfile -NonInteractive -File $PSCommandPath -Task Pester
        if ($LASTEXITCODE -ne 0) { Stop-Build "Pester gave $LASTEXITCODE" $LASTEXITCODE }
        return
    }
    if (-not (Get-Module -ListAvailable Pester | Where-Object Version -ge '5.0')) { Say 'SKIPPED: Pester, because there is no module Pester 5 here'; return }
    Import-Module Pester -MinimumVersion 5.0
    $settings = New-PesterConfiguration
    $settings.Run.Path = [IO.Path]::Combine($root, 'tests', 'pester')
    $settings.Run.PassThru = $true
    $settings.Output.Verbosity = 'Detailed'
    if ((Invoke-Pester -Configuration $settings).Result -ne 'Passed') { Stop-Build 'Pester' }
}

function New-Package {
    $folder = [IO.Path]::Combine($out, 'package')
    $module = [IO.Path]::Combine($folder, 'IncidentTools')
    if (-not $NoBuild) {
        # laid out apart from the module that this shell may have loaded, and without the paths of this machine
        if ([IO.Directory]::Exists($module)) { [IO.Directory]::Delete($module, $true) }
        Invoke-Dotnet build, ([IO.Path]::Combine($root, 'src', 'IncidentTools')), -c, Release, -v, q, --nologo, "-p:ModuleOutput=$module/", "-p:PathMap=$root/=/_/"
    }
    else { $module = [IO.Path]::GetDirectoryName(@([IO.Directory]::GetFiles([IO.Path]::Combine($out, 'IncidentTools'), 'IncidentTools.psd1', 'AllDirectories'))[-1]) }

    $manifest = Test-ModuleManifest ([IO.Path]::Combine($module, 'IncidentTools.psd1'))
    $nuspec = [IO.Path]::Combine($folder, 'IncidentTools.nuspec')
    $null = [IO.Directory]::CreateDirectory($folder)
    [IO.File]::WriteAllText($nuspec, (Get-Nuspec $manifest $module))
    # what NuGet wants of libraries is not what the Gallery wants of modules
    Invoke-Dotnet pack, $nuspec, -o, $out, -v, q, --nologo, '-p:NoWarn=NU5100'
    $package = [IO.Path]::Combine($out, "IncidentTools.$($manifest.Version).nupkg")
    Complete-Package $package
    Say "packed: $package"
}

# The Gallery finds modules and their commands by tags.
function Get-Nuspec($Manifest, [string] $Module) {
    $commands = $Manifest.ExportedCmdlets.Keys | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }
    $tags = @('PSModule', 'PSIncludes_Cmdlet') + $Manifest.Tags + $commands -join ' '
    if ($tags.Length -gt 4000) { Stop-Build "the tags have $($tags.Length) characters; the Gallery takes 4000" }
    $text = { param($value) [Security.SecurityElement]::Escape("$value") }
    @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>IncidentTools</id>
    <version>$(& $text $Manifest.Version)</version>
    <authors>$(& $text $Manifest.Author)</authors>
    <license type="expression">MIT</license>
    <description>$(& $text $Manifest.Description)</description>
    <copyright>$(& $text $Manifest.Copyright)</copyright>
    <releaseNotes>$(& $text $Manifest.ReleaseNotes)</releaseNotes>
    <tags>$(& $text $tags)</tags>
  </metadata>
  <files>
    <file src="$(& $text ([IO.Path]::Combine($Module, '**')))" exclude="**/*.pdb" target="" />
  </files>
</package>
"@
}

# The same files give the same bytes; what is inside is exactly what tests/package-files.txt says.
function Complete-Package([string] $Package) {
    $null = [Reflection.Assembly]::Load('System.IO.Compression')
    $stream = [IO.File]::Open($Package, 'Open', 'ReadWrite')
    $zip = [IO.Compression.ZipArchive]::new($stream, 'Update')
    foreach ($entry in $zip.Entries) { $entry.LastWriteTime = [DateTimeOffset]::new(2000, 1, 1, 0, 0, 0, [TimeSpan]::Zero) }
    $files = [string[]] @($zip.Entries | ForEach-Object FullName | Where-Object { $_ -notmatch '^(_rels/|package/|\[Content_Types\]\.xml$)' } | ForEach-Object { [Uri]::UnescapeDataString($_) })
    $zip.Dispose()
    $stream.Dispose()
    [Array]::Sort($files, [StringComparer]::Ordinal)
    $expected = [IO.File]::ReadAllLines([IO.Path]::Combine($root, 'tests', 'package-files.txt'))
    $missing = @($expected | Where-Object { $_ -notin $files })
    $surplus = @($files | Where-Object { $_ -notin $expected })
    if ($missing.Count + $surplus.Count -eq 0) { return }
    foreach ($file in $missing) { Say "- $file" }
    foreach ($file in $surplus) { Say "+ $file" }
    $list = [IO.Path]::Combine($out, 'package-files.txt')
    [IO.File]::WriteAllText($list, ($files -join "`n") + "`n")
    Stop-Build "the package does not hold what tests/package-files.txt says; if it should, that is now in $list"
}

$tasks = @{ Clean = { Clear-Build }; Build = { Invoke-Build }; Test = { Invoke-Test }; Pester = { Invoke-PesterSuite }; Package = { New-Package } }
# from a command line "Build,Test" arrives as one word
$asked = @($Task | ForEach-Object { "$_".Split(',') } | ForEach-Object Trim | Where-Object { $_ })
foreach ($name in $asked) { if (-not $tasks.ContainsKey($name)) { Stop-Build "there is no task '$name'; there are Clean, Build, Test, Pester, Package" 64 } }
foreach ($name in $asked) {
    Say "== $name"
    & $tasks[$name]
}
exit 0
