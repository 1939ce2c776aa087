namespace IncidentTools.Benchmarks;

/// <summary>
/// What the module adds to the start of a process that hosts PowerShell. The baseline imports a module too, an empty one: the engine's package
/// is not compiled ahead as the one in pwsh is, so that every process compiles what imports anything at all. How a start without any import
/// compares is in the detail.
/// </summary>
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
        var empty = Path.Combine(folder.Path, "Empty.psd1");
        File.WriteAllText(empty, "@{ ModuleVersion = '1.0'; GUID = '7f0e2c1e-6a1f-4c1e-9a57-0d1f2b8f5a11' }");
        void Nothing() => Child.Run(Role, "$null = 1");
        void Baseline() => Child.Run(Role, $"Import-Module '{empty}'");
        void Import() => Child.Run(Role, import);
        void Append() => Child.Run(Role, $"{import}; 'looking' | Add-IncidentNote -Incident 1 -Store '{folder.Store}'");
        foreach (var (name, bound, target) in new (string, double, Action)[] { ("-import", 1.15, Import), ("-append", 1.50, Append) })
        {
            var alone = Paired.Durations(Name, Goal.AtMost(bound), Nothing, target);
            var result = Paired.Durations(Name + name, Goal.AtMost(bound), Baseline, target);
            yield return result with { Detail = FormattableString.Invariant($"{result.Detail}; {alone.Value:F2} of a start without any import") };
        }
    }

    public static int RunRole(string script)
    {
        using var host = new BareHost();
        host.Run(script);
        return 0;
    }
}
