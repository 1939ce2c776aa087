using System.Reflection;
using NetArchTest.Rules;

namespace IncidentTools.Engine.Tests.Architecture;

/// <summary>Dependencies point one way. A new folder of the engine fails here until its row says what it may know.</summary>
public sealed class DependencyTests
{
    private const string Root = "IncidentTools.Engine.";
    private static readonly Assembly Engine = typeof(IncidentEngine).Assembly;

    /// <summary>Folder, and the folders it may know. The composition root (IncidentEngine) knows them all.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new(StringComparer.Ordinal)
    {
        ["Foundation"] = [],
        ["Journal"] = ["Foundation"],
        ["Workspace"] = ["Foundation"],
        ["OnCall"] = ["Foundation", "Journal", "Workspace"],
        ["Incidents"] = ["Foundation", "Journal", "Workspace"],
        ["Runbooks"] = ["Foundation", "Workspace"],
        ["Probes"] = ["Foundation", "Runbooks"],
        ["Actions"] = ["Foundation", "Runbooks", "Probes"],
        ["Notifications"] = ["Foundation", "Journal", "Workspace", "OnCall", "Incidents", "Runbooks"],
        ["Execution"] = ["Foundation", "Journal", "Workspace", "Runbooks", "Probes", "Actions", "Notifications"],
        ["Detection"] = ["Foundation", "Journal", "Workspace", "Incidents", "Runbooks", "Probes", "Execution"],
        ["Learning"] = ["Foundation", "Journal", "Workspace", "Incidents", "OnCall", "Notifications", "Runbooks", "Execution"],
    };

    /// <summary>How programs and scripts are run, and secrets put in: all of Execution that those below it know. Runs and steps stay its own.</summary>
    private static readonly string[] Tools =
    [
        "IProcessRunner", "ProcessRequest", "ProcessResult", "IScriptRunner", "IScriptHost", "ScriptRequest", "ScriptResult",
        "RemotePlace", "CommandLine", "CommandRun", "CommandText", "ProcessIdentity", "ProcessLife", "ProcessRow", "ProcessTable", "SecretText",
    ];

    public static TheoryData<string> Folders => [.. MayKnow.Keys];

    private static IEnumerable<string> FoldersThere() => Engine.GetTypes().Where(type => !type.IsNested && type.Namespace is { } name && name.StartsWith(Root, StringComparison.Ordinal)).Select(type => type.Namespace![Root.Length..].Split('.')[0]).Distinct();

    private static string[] TypesOf(string folder) => [.. Engine.GetTypes().Where(type => !type.IsNested && (type.Namespace + ".").StartsWith(Root + folder + ".", StringComparison.Ordinal)).Select(type => type.FullName!)];

    [Fact]
    public void Every_folder_has_its_rule() => Assert.Empty(FoldersThere().Except(MayKnow.Keys));

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_knows_only_what_it_may(string folder)
    {
        var forbidden = FoldersThere().Where(other => other != folder && !MayKnow[folder].Contains(other)).SelectMany(other => TypesOf(other).Where(type => other != "Execution" || !Tools.Contains(type.Split('.')[^1])));
        var result = Types.InAssembly(Engine).That().ResideInNamespaceStartingWith(Root + folder).ShouldNot().HaveDependencyOnAny([.. forbidden, typeof(IncidentEngine).FullName!]).GetResult();
        Assert.True(result.IsSuccessful, $"{folder} may not know what these use: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Theory]
    [InlineData("System.Diagnostics.ProcessStartInfo", "Execution")]
    [InlineData("Microsoft.Data.Sqlite", "Journal", "Probes.Databases")]
    [InlineData("SQLitePCL", "Journal", "Probes.Databases")]
    [InlineData("Npgsql", "Probes.Databases")]
    [InlineData("MySqlConnector", "Probes.Databases")]
    [InlineData("Microsoft.Data.SqlClient", "Probes.Databases")]
    [InlineData("YamlDotNet", "Foundation")]
    [InlineData("MailKit", "Notifications")]
    [InlineData("MimeKit", "Notifications")]
    public void In_its_places_only(string what, params string[] folders)
    {
        var users = Types.InAssembly(Engine).That().HaveDependencyOn(what).GetTypes().Select(type => type.FullName!).ToArray();
        Assert.NotEmpty(users); // else the rule would see nothing and forbid nothing
        Assert.All(users, user => Assert.Contains(folders, folder => user.StartsWith(Root + folder + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_engine_knows_no_PowerShell_and_the_core_nothing_but_the_framework()
    {
        Assert.DoesNotContain(Engine.GetReferencedAssemblies(), name => name.Name == "System.Management.Automation" || name.Name!.Contains("PowerShell", StringComparison.Ordinal) || name.Name is "IncidentTools" or "IncidentTools.Loader");
        Assert.All(typeof(Incident).Assembly.GetReferencedAssemblies(), name => Assert.True(name.Name!.StartsWith("System.", StringComparison.Ordinal) || name.Name is "netstandard", name.Name));
    }

    [Fact]
    public void The_rules_see_what_is_inside_asynchronous_code()
    {
        // a compiler-made state machine is a type of its own: its dependencies count as those of the class around it
        var users = Types.InAssembly(Engine).That().HaveDependencyOn("System.Net.Http.HttpClient").GetTypes().Select(type => type.FullName!);
        Assert.Contains(users, user => user.Contains("WebhookChannel", StringComparison.Ordinal));
    }
}
