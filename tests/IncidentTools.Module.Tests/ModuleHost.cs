using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace IncidentTools.Module.Tests;

/// <summary>
/// A runspace of the bare engine with the packaged module imported by its path, and a store and a folder of its own. What users type goes
/// through <see cref="Run"/>. One host a test: nothing is shared but the process.
/// </summary>
internal sealed class ModuleHost : IDisposable
{
    private readonly Runspace _runspace;

    public ModuleHost(bool import = true, PSLanguageMode language = PSLanguageMode.FullLanguage, PSHost? host = null)
    {
        Folder = Directory.CreateTempSubdirectory("incidenttools-").FullName;
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Unrestricted;
        _runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
        _runspace.SessionStateProxy.Path.SetLocation(Folder);
        if (import) Run($"Import-Module '{ModulePath}'");
        _runspace.SessionStateProxy.SetVariable("store", Store);
        _runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", new DefaultParameterDictionary { ["*-*:Store"] = Store });
        if (language != PSLanguageMode.FullLanguage) _runspace.SessionStateProxy.LanguageMode = language;
    }

    /// <summary>The packaged module: out/IncidentTools/&lt;version&gt;, found upward from the tests, or named by INCIDENTTOOLS_MODULE.</summary>
    public static string ModulePath { get; } = Environment.GetEnvironmentVariable("INCIDENTTOOLS_MODULE") ?? FindModule();

    public string Folder { get; }
    public string Store => Path.Combine(Folder, "incidents.db");
    public Runspace Runspace => _runspace;

    /// <summary>Runs a script; the first error ends the test with its text.</summary>
    public IReadOnlyList<PSObject> Run(string script)
    {
        var result = Try(script);
        Assert.True(result.Errors.Count == 0, string.Join(Environment.NewLine, result.Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}")));
        return result.Output;
    }

    /// <summary>The only object a script gives.</summary>
    public T Run<T>(string script) => Assert.IsType<T>(Assert.Single(Run(script)).BaseObject, exactMatch: false);

    /// <summary>A property of the only object a script gives, as text.</summary>
    public string? Text(string script) => LanguagePrimitives.ConvertTo<string>(Assert.Single(Run(script)));

    /// <summary>The id of the first error of a script that must fail, without the command's name.</summary>
    public string ErrorId(string script)
    {
        var errors = Try(script).Errors;
        Assert.NotEmpty(errors);
        return errors[0].FullyQualifiedErrorId.Split(',')[0];
    }

    public Result Try(string script, params object[] input)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        shell.AddScript(script);
        var output = new List<PSObject>();
        var errors = new List<ErrorRecord>();
        try { output.AddRange(input.Length > 0 ? shell.Invoke<PSObject>(input) : shell.Invoke<PSObject>()); }
        catch (RuntimeException error) { errors.Add(error.ErrorRecord); }
        errors.AddRange(shell.Streams.Error);
        return new Result(output, errors, [.. shell.Streams.Warning.Select(warning => warning.Message)]);
    }

    /// <summary>Runs one command with bound parameters: all that a session without language can do.</summary>
    public Result Command(string name, params (string Name, object? Value)[] parameters)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        shell.AddCommand(name).AddParameter("Store", Store);
        foreach (var (parameter, value) in parameters) shell.AddParameter(parameter, value);
        var output = shell.Invoke<PSObject>();
        return new Result([.. output], [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(warning => warning.Message)]);
    }

    public void Dispose()
    {
        _runspace.Dispose();
        try { Directory.Delete(Folder, recursive: true); }
        catch (IOException) { } // the store is still open in the session's engine on Windows
        catch (UnauthorizedAccessException) { }
    }

    private static string FindModule()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var output = Path.Combine(folder.FullName, "out", "IncidentTools");
            if (Directory.Exists(output)) return Path.Combine(Directory.GetDirectories(output).Order(StringComparer.Ordinal).Last(), "IncidentTools.psd1");
        }
        throw new InvalidOperationException("the packaged module is not there: build the solution first, or set INCIDENTTOOLS_MODULE");
    }

    internal sealed record Result(IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings);
}
