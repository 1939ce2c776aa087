using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Impacts;

/// <summary>Walks a script's syntax tree, nested blocks and texts included, and weighs every command, method call and redirection in it. Nothing runs, nothing is loaded.</summary>
internal sealed partial class ScriptInspector(SessionCommands commands) : IScriptInspector
{
    private const int MostText = 1024 * 1024;
    private static readonly string[] OwnDrives = ["env", "variable", "global", "script", "local", "private", "using", "workflow"];

    public IReadOnlyList<ImpactReason> ImpactOf(string text)
    {
        if (text.Length > MostText) return [new(StepImpact.High, "the script is too long to be read", 1, 1)];
        var parsed = PowerShellText.ParseInert(text);
        if (parsed.Errors.Count > 0 && !parsed.Masked) return [new(StepImpact.High, "the script cannot be read", parsed.Errors[0].Extent.StartLineNumber, parsed.Errors[0].Extent.StartColumnNumber)];
        var found = new List<ImpactReason>();
        if (LoadingLine().Match(text) is { Success: true } loads) found.Add(new(StepImpact.High, $"'{loads.Value.Trim()}' loads code", text[..loads.Index].Count(c => c == '\n') + 1, 1));
        var own = parsed.Script.FindAll(static ast => ast is FunctionDefinitionAst, searchNestedScriptBlocks: true).Select(ast => ((FunctionDefinitionAst)ast).Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var ast in parsed.Script.FindAll(static _ => true, searchNestedScriptBlocks: true))
            foreach (var (impact, what) in Weigh(ast, own, text))
                if (impact > StepImpact.None) found.Add(new ImpactReason(impact, what, ast.Extent.StartLineNumber, ast.Extent.StartColumnNumber));
        return [.. found.DistinctBy(reason => (reason.Impact, reason.What)).OrderByDescending(reason => reason.Impact).ThenBy(reason => reason.Line).ThenBy(reason => reason.Column)];
    }

    private IEnumerable<(StepImpact Impact, string What)> Weigh(Ast ast, HashSet<string> own, string text)
    {
        switch (ast)
        {
            case CommandAst command:
                foreach (var reason in Command(command, own, text)) yield return reason;
                break;
            case InvokeMemberExpressionAst call:
                foreach (var reason in Method(call)) yield return reason;
                break;
            case FileRedirectionAst { Location: var place } when !place.Extent.Text.Equals("$null", StringComparison.OrdinalIgnoreCase):
                yield return (StepImpact.Medium, $"> {Short(place.Extent.Text)} writes a file");
                break;
            case AssignmentStatementAst { Left: var left }:
                yield return Assigned(left);
                break;
            case TypeConstraintAst or ConvertExpressionAst when ast is ConvertExpressionAst { Type.TypeName.Name: var name } && (name.Equals("wmi", StringComparison.OrdinalIgnoreCase) || name.Equals("adsi", StringComparison.OrdinalIgnoreCase)):
                yield return (StepImpact.Medium, $"[{name}] reaches the system");
                break;
            case UsingStatementAst { UsingStatementKind: UsingStatementKind.Module or UsingStatementKind.Assembly }:
                yield return (StepImpact.High, "using loads code");
                break;
            default: break;
        }
    }

    private IEnumerable<(StepImpact Impact, string What)> Command(CommandAst command, HashSet<string> own, string text)
    {
        var first = command.CommandElements[0];
        // a block that stands there is walked itself
        if (first is ScriptBlockExpressionAst) yield break;
        if (first is not StringConstantExpressionAst constant)
        {
            yield return (StepImpact.High, $"{Short(first.Extent.Text)} is a command that is chosen at run time");
            yield break;
        }
        // masked words change a name: what stands in the text itself counts
        var name = Original(constant, text);
        if (own.Contains(name)) yield break;
        var (impact, what) = CommandImpact.Of(name, commands.Find(name));
        if (command.InvocationOperator == TokenKind.Dot && impact < StepImpact.High && commands.Find(name) is null) (impact, what) = (StepImpact.High, $". {Short(name)} runs a text of its own");
        yield return (impact, what);
        // ForEach-Object Kill: a method by its name
        if (name is "%" || name.Equals("foreach", StringComparison.OrdinalIgnoreCase) || name.EndsWith("ForEach-Object", StringComparison.OrdinalIgnoreCase))
            foreach (var member in command.CommandElements.Skip(1).OfType<StringConstantExpressionAst>()) yield return Named(member.Value);
    }

    /// <summary>A member by its name may be a property: only a grave name counts.</summary>
    private static (StepImpact, string) Named(string member) => MethodImpact.Of(null, member) is { Impact: StepImpact.High } grave ? grave : default;

    private static IEnumerable<(StepImpact Impact, string What)> Method(InvokeMemberExpressionAst call)
    {
        if (call.Member is not StringConstantExpressionAst { Value: var method })
        {
            yield return (StepImpact.High, $"{Short(call.Member.Extent.Text)} is a method that is chosen at run time");
            yield break;
        }
        if (call.Static && call.Expression is not TypeExpressionAst) yield return (StepImpact.High, $"{Short(call.Expression.Extent.Text)} is a type that is chosen at run time");
        else yield return MethodImpact.Of(call.Static ? ((TypeExpressionAst)call.Expression).TypeName.FullName : null, method);
        if (method.Equals("ForEach", StringComparison.OrdinalIgnoreCase))
            foreach (var member in (call.Arguments ?? (IEnumerable<ExpressionAst>)[]).OfType<StringConstantExpressionAst>()) yield return Named(member.Value);
    }

    private static (StepImpact, string) Assigned(ExpressionAst left) => left switch
    {
        ConvertExpressionAst { Child: var child } => Assigned(child),
        VariableExpressionAst { VariablePath: { IsDriveQualified: true } path } when !OwnDrives.Contains(path.DriveName, StringComparer.OrdinalIgnoreCase) => (StepImpact.High, $"${{{path.UserPath}}} = writes to a drive"),
        VariableExpressionAst { VariablePath: { IsDriveQualified: true, DriveName: var drive } path } when drive.Equals("env", StringComparison.OrdinalIgnoreCase) => (StepImpact.Low, $"${path.UserPath} = changes the environment of this process"),
        MemberExpressionAst { Static: true } member => (StepImpact.Medium, $"{Short(member.Extent.Text)} = changes the process"),
        _ => default,
    };

    private static string Original(StringConstantExpressionAst constant, string text)
    {
        var (start, end) = (constant.Extent.StartOffset, constant.Extent.EndOffset);
        return constant.StringConstantType == StringConstantType.BareWord && end <= text.Length ? text[start..end].Replace("`", "", StringComparison.Ordinal) : constant.Value;
    }

    private static string Short(string text) => text.ReplaceLineEndings(" ") is { Length: > 60 } line ? line[..60] + "…" : text.ReplaceLineEndings(" ");

    [GeneratedRegex(@"^[ \t]*(using[ \t]+(module|assembly)\b[^\r\n]*|configuration[ \t]+\w+)", RegexOptions.IgnoreCase | RegexOptions.Multiline)] private static partial Regex LoadingLine();
}
