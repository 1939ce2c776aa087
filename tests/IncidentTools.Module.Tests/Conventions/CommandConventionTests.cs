using System.Management.Automation;
using System.Reflection;

namespace IncidentTools.Module.Tests.Conventions;

/// <summary>What every command of the module keeps to.</summary>
public class CommandConventionTests
{
    private static readonly string[] Changing = ["Add", "Approve", "Close", "Confirm", "Complete", "Deny", "Invoke", "New", "Remove", "Resolve", "Resume", "Set", "Skip", "Start", "Stop", "Send", "Undo"];

    private static IReadOnlyList<Type> Commands()
    {
        using var host = new ModuleHost();
        return [.. host.Run("Get-Command -Module IncidentTools -CommandType Cmdlet").Select(item => ((CmdletInfo)item.BaseObject).ImplementingType)];
    }

    [Fact]
    public void They_are_named_sealed_and_declared_alike()
    {
        var verbs = typeof(VerbsCommon).Assembly.GetTypes().Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal) && type.Namespace == "System.Management.Automation")
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(field => field.GetValue(null) as string).ToHashSet(StringComparer.Ordinal);
        foreach (var type in Commands())
        {
            var cmdlet = type.GetCustomAttribute<CmdletAttribute>()!;
            Assert.Equal($"{cmdlet.VerbName}{cmdlet.NounName}Command", type.Name);
            Assert.True(type.IsSealed, type.Name);
            Assert.Contains(cmdlet.VerbName, verbs);
            Assert.True(cmdlet.ConfirmImpact <= ConfirmImpact.Medium, $"{type.Name} would stop an unattended session with a question");
            if (Changing.Contains(cmdlet.VerbName)) Assert.True(cmdlet.SupportsShouldProcess, $"{type.Name} changes state");
        }
    }

    [Fact]
    public void No_parameter_is_mandatory_and_each_has_help()
    {
        foreach (var type in Commands())
        {
            foreach (var property in type.GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute))))
            {
                foreach (var parameter in property.GetCustomAttributes<ParameterAttribute>())
                {
                    Assert.False(parameter.Mandatory, $"{type.Name} -{property.Name}: Mandatory hangs or exits 0 in scheduled tasks");
                    if (property.Name is not ("Store" or "Workspace")) Assert.False(string.IsNullOrWhiteSpace(parameter.HelpMessage), $"{type.Name} -{property.Name}");
                }
            }
        }
    }

    [Fact]
    public void One_parameter_at_most_takes_the_pipeline_by_value() => Assert.All(Commands(), type =>
        Assert.True(type.GetProperties().Count(property => property.GetCustomAttributes<ParameterAttribute>().Any(parameter => parameter.ValueFromPipeline)) <= 1, type.Name));

    [Fact]
    public void Each_output_type_is_public_flat_and_has_a_view()
    {
        foreach (var type in Commands().SelectMany(type => type.GetCustomAttributes<OutputTypeAttribute>()).SelectMany(output => output.Type).Select(output => output.Type).Distinct())
        {
            if (type.Assembly == typeof(object).Assembly) continue;
            Assert.Equal("IncidentTools.Core", type.Assembly.GetName().Name);
            Assert.True(Views().Contains(type.FullName), $"{type.FullName} has no view");
        }
    }

    private static HashSet<string?> Views() =>
    [
        .. Directory.GetFiles(Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "Format"), "*.ps1xml")
            .SelectMany(file => System.Xml.Linq.XDocument.Load(file).Descendants("TypeName")).Select(element => element.Value),
    ];
}
