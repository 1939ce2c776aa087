namespace IncidentTools.Module.Tests.Runbooks;

/// <summary>Every runbook that ships is without a finding, and its shipped rehearsal goes every branch of it.</summary>
public sealed class ShippedRunbookTests : IDisposable
{
    // the module's types are known once it is imported
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private static string Shipped => Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Path.Combine(Shipped, "runbooks"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_rehearsal_passes_and_walks_every_branch(string name)
    {
        var verified = (RunbookVerification)Assert.Single(_host.Run($"Test-Runbook {name}")).BaseObject;
        Assert.True(verified.Valid && verified.Findings.All(finding => finding.Id == "IT4010"), string.Join("; ", verified.Findings));
        var result = _host.Try($"Test-Runbook {name} -Rehearsal '{Path.Combine(Shipped, "rehearsals", name + ".yaml")}' -MinimumCoverage 100");
        var cases = result.Output.Select(item => item.BaseObject).OfType<RunbookRehearsal>().ToArray();
        Assert.True(result.Errors.Count == 0, string.Join("\n", result.Errors.Select(error => error.Exception.Message).Concat(cases.Where(item => !item.Passed).Select(item => $"{item.Case} [{string.Join(' ', item.Way)}] {string.Join("; ", item.Difference)}"))));
        TestContext.Current.TestOutputHelper!.WriteLine($"{cases[0].Coverage}, {cases.Length} cases");
        TestContext.Current.SendDiagnosticMessage($"{cases[0].Coverage}, {cases.Length} cases");
        Assert.False(File.Exists(_host.Store));
    }

    [Fact]
    public void No_rehearsal_ships_without_its_runbook() =>
        Assert.Empty(Directory.GetFiles(Path.Combine(Shipped, "rehearsals"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Except(Names.Select(row => row.Data)));
}
