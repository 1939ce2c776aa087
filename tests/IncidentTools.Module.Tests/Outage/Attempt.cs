namespace IncidentTools.Module.Tests.Outage;

/// <summary>One outage in a store of its own, driven by runners that are processes.</summary>
internal sealed class Attempt
{
    private readonly NginxOutage _outage;
    private readonly string _folder;

    public Attempt(NginxOutage outage, KillAt kill, string folder)
    {
        (_outage, _folder) = (outage, folder);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(folder)!, "incidents.db*")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        Runner = new MortalRunner(kill, folder, outage.Workspace, RunnerScript.Text, outage.Folder);
        outage.Break();
    }

    public MortalRunner Runner { get; }

    /// <summary>Goes as far as the approval of the restart.</summary>
    public void Approve()
    {
        using var host = Runner.Session();
        host.Run("""
            $run = (Invoke-Runbook -Incident 1 -Parameter @{ settle = '1s' } -IdempotencyKey outage -Patience 1m).Run
            $null = Complete-RunbookStep -Run $run -Step findings -Value @{ intruder = 'no'; changed = 'no' }; $null = Resume-RunbookRun $run -Patience 1m
            $null = Approve-RunbookStep -Run $run -Step drain; $null = Resume-RunbookRun $run -Patience 1m
            $null = Approve-RunbookStep -Run $run -Step restart; Disconnect-IncidentStore
            """);
    }

    public void CopyTo(Attempt other) => File.Copy(Runner.Store, other.Runner.Store, overwrite: true);

    /// <summary>The steps that a person had to look at: only the load balancer's, which the runbook cannot ask.</summary>
    public static string[] Doubts(string[] lines)
    {
        var doubts = lines.Where(line => line.StartsWith("doubt ", StringComparison.Ordinal)).Select(line => line["doubt ".Length..]).ToArray();
        Assert.All(doubts, doubt => Assert.Contains(doubt.Split(' ')[0], new[] { "drain", "undrain" }));
        return doubts;
    }

    /// <summary>The same steps with the same results as in a run that nobody killed, each effect once.</summary>
    public void Compare(string[] expected, string[] lines)
    {
        Assert.Equal(expected, lines.Where(line => !line.StartsWith("doubt ", StringComparison.Ordinal)));
        Assert.Equal((1, 200), (_outage.Restarts, _outage.Status()));
        Assert.Equal(["drain", "undrain"], _outage.Balancer);
        var ids = _outage.Messages.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).ToArray();
        Assert.Equal((2, 2), (ids.Length, ids.Distinct().Count())); // it does not answer; it answers again
    }

    public void Delete() => Directory.Delete(_folder, recursive: true);
}
