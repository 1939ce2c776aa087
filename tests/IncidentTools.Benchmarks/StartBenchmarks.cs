namespace IncidentTools.Benchmarks;

/// <summary>What the module adds to the start of a process that hosts PowerShell.</summary>
internal sealed class StartBenchmark : Benchmark
{
    /// <summary>The role of the child process: runs its argument as a script in a bare host.</summary>
    public const string Role = "--host";
    public override string Name => "host-start";

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        var import = $"Import-Module '{Packaged.Module}'";
        Child.Run(Role, $"{import}; $null = Start-Incident 'Shop is down' -NoPage -Store '{folder.Store}'");
        void Bare() => Child.Run(Role, "$null = 1");
        yield return Paired.Durations(Name + "-import", Goal.AtMost(1.15), Bare, () => Child.Run(Role, import));
        yield return Paired.Durations(Name + "-append", Goal.AtMost(1.50), Bare, () => Child.Run(Role, $"{import}; 'looking' | Add-IncidentNote -Incident 1 -Store '{folder.Store}'"));
    }

    public static int RunRole(string script)
    {
        using var host = new BareHost();
        host.Run(script);
        return 0;
    }
}
