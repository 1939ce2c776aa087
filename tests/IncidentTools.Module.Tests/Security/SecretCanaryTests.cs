using System.Management.Automation;
using System.Text;
using IncidentTools.Module.Tests.Runs;

namespace IncidentTools.Module.Tests.Security;

/// <summary>A secret is used and found nowhere: not in the store and its log, not in a stream, an error, an export or the list of processes.</summary>
public sealed class SecretCanaryTests : IDisposable
{
    private readonly RunHost _runs = new();
    private readonly string _secret = "S3cr3t-" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));
    private readonly string _name = "canary" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4)).ToLowerInvariant();
    private readonly StringBuilder _seen = new();

    public SecretCanaryTests() => Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_" + _name.ToUpperInvariant(), _secret);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_" + _name.ToUpperInvariant(), null);
        _runs.Dispose();
    }

    /// <summary>Runs a command and keeps everything it says, on every stream, and its objects as CLIXML.</summary>
    private IReadOnlyList<PSObject> Call(string script)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runs.Host.Runspace;
        shell.AddScript("$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'; " + script);
        IReadOnlyList<PSObject> output = [];
        try { output = [.. shell.Invoke()]; }
        catch (RuntimeException error) { _seen.AppendLine(error.ToString() + error.ErrorRecord + error.ErrorRecord.ErrorDetails?.RecommendedAction + error.ErrorRecord.TargetObject); }
        foreach (var error in shell.Streams.Error) _seen.AppendLine($"{error} {error.Exception} {error.ErrorDetails?.RecommendedAction} {error.TargetObject}");
        foreach (var line in shell.Streams.Verbose.Cast<object>().Concat(shell.Streams.Warning).Concat(shell.Streams.Debug).Concat(shell.Streams.Information).Concat(shell.Streams.Progress)) _seen.AppendLine(line.ToString());
        foreach (var item in output) _seen.AppendLine(PSSerializer.Serialize(item, 6)).AppendLine(item.ToString());
        return output;
    }

    private void FoundNowhere()
    {
        Assert.DoesNotContain(_secret, _seen.ToString(), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_runs.Host.Folder, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode }) Assert.True(memory.ToArray().AsSpan().IndexOf(encoding.GetBytes(_secret)) < 0, $"{Path.GetFileName(file)} holds it");
        }
    }

    private const string Use = """
        - { id: print, phase: resolve, uses: command, with: { program: printenv, args: [PASSWORD], environment: { PASSWORD: '${{ $params.pw }}' } }, impact: none, onFailure: continue }
        - { id: input, phase: resolve, uses: command, with: { program: cat, input: '${{ $params.pw }}' }, impact: none, onFailure: continue }
        - { id: fails, phase: resolve, uses: command, with: { program: sh, args: ['-c', 'echo "no: $PASSWORD" >&2; exit 3'], environment: { PASSWORD: '${{ $params.pw }}' } }, impact: none, onFailure: continue }
        - { id: argument, phase: resolve, uses: command, with: { program: echo, args: ['${{ $params.pw }}'] }, impact: none, onFailure: continue }
        - { id: told, phase: triage, uses: ask, with: { question: Which password?, type: secret } }
        - { id: again, phase: resolve, uses: command, with: { program: printenv, args: [PASSWORD], environment: { PASSWORD: '${{ $steps.told.value }}' } }, impact: medium }
        """;

    [Fact]
    public void A_secret_that_runs_use_is_found_nowhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the runbook starts printenv");
        _runs.Book("secrets", Use, "parameters: { pw: { type: secret, required: true } }");
        Call("Start-Incident 'Lamp is out'");
        Call($"Get-RunbookPlan secrets -Incident 1 -Parameter @{{ pw = 'secret:{_name}' }}");
        var run = ((RunbookRun)Call($"Invoke-Runbook secrets -Incident 1 -Parameter @{{ pw = 'secret:{_name}' }}")[0].BaseObject).Run;
        Call($"Complete-RunbookStep -Run {run} -Value @{{ answer = 'secret:{_name}' }}");
        Call($"Resume-RunbookRun {run}");
        Call($"Approve-RunbookStep -Run {run} -SoleOperatorReason alone");
        var ended = (RunbookRun)Call($"Resume-RunbookRun {run}")[0].BaseObject;
        // it was used: the programs said it, and it was masked
        var print = _runs.Step(run, "print");
        Assert.Equal(("Succeeded", "***"), (print.State, ((string)print.Detail["output"]!).Trim()));
        Assert.Equal("***", ((string)_runs.Step(run, "input").Detail["output"]!).Trim());
        Assert.Contains("no: ***", _runs.Step(run, "fails").Detail["output"] + _runs.Step(run, "fails").Message, StringComparison.Ordinal);
        Assert.Equal("Failed", _runs.Step(run, "argument").State);
        Assert.Equal("***", ((string)_runs.Step(run, "again").Detail["output"]!).Trim());
        Assert.Equal("SucceededWithFailures", ended.State);
        foreach (var script in new[]
        {
            $"Get-RunbookRun {run}", $"Get-RunbookStep {run}", "Get-IncidentTimeline 1", "Get-IncidentJournal", "Export-IncidentReport 1", "Export-IncidentReport 1 -Format Json", "Get-IncidentNextStep", "Test-IncidentJournal", "$Error | ForEach-Object { \"$_\" }",
        }) Call(script);
        FoundNowhere();
    }

    [Fact]
    public void A_secret_given_where_its_name_belongs_is_refused_and_not_repeated()
    {
        _runs.Book("secrets", "- { id: told, phase: triage, uses: ask, with: { question: Which password?, type: secret } }\n- { id: fields, phase: resolve, uses: manual, with: { instruction: Do it, fields: { pw: { type: secret } } } }", "parameters: { pw: { type: secret } }");
        Call($"Invoke-Runbook secrets -Parameter @{{ pw = '{_secret}' }}");
        Assert.Contains("pw", _seen.ToString(), StringComparison.Ordinal);
        var run = ((RunbookRun)Call("Invoke-Runbook secrets")[0].BaseObject).Run;
        Call($"Complete-RunbookStep -Run {run} -Value @{{ answer = '{_secret}' }}");
        Call($"Complete-RunbookStep -Run {run} -Outcome '{_secret}'");
        Assert.Equal("Waiting", _runs.Step(run, "told").State);
        FoundNowhere();
    }

    [Fact]
    public void The_list_of_processes_shows_no_secret_while_a_program_that_has_it_runs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        _runs.Book("waits", "- { id: waits, phase: resolve, uses: command, with: { program: sleep, args: [3], environment: { PASSWORD: '${{ $params.pw }}' }, input: '${{ $params.pw }}' }, impact: none }", "parameters: { pw: { type: secret } }");
        var lines = new HashSet<string>();
        using var stop = new CancellationTokenSource();
        var watcher = new Thread(() =>
        {
            while (!stop.Token.WaitHandle.WaitOne(5))
            {
                foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
                {
                    try { lines.Add(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ')); }
                    catch (IOException) { } // it ended meanwhile
                    catch (UnauthorizedAccessException) { }
                }
            }
        });
        watcher.Start();
        var run = ((RunbookRun)Call($"Invoke-Runbook waits -Parameter @{{ pw = 'secret:{_name}' }}")[0].BaseObject).Run;
        stop.Cancel();
        watcher.Join();
        Assert.Equal("Succeeded", _runs.Step(run, "waits").State);
        Assert.Contains(lines, line => line.Contains("sleep 3", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(_secret, StringComparison.Ordinal));
        FoundNowhere();
    }
}
