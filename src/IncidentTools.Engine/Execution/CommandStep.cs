using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>The step kind <c>command</c>: a program with an argument list, no shell.</summary>
public static class CommandStep
{
    public static ObjectShape Parameters => StepKinds.Command;

    /// <summary>What would run, as an admin would type it; secrets stay references. Pure.</summary>
    public static ActionPlan Plan(Arguments with)
    {
        var line = CommandText.Quote([.. with.Map("environment").Select(item => $"{item.Key}={string.Concat(CommandLine.Of(item.Value))}"), with.Text("program"), .. CommandLine.Of(with, "args")]);
        var input = with.TextOrNull("input") switch
        {
            null => "",
            var text when SecretText.IsReference(text) => $", with {text} as input",
            var text => string.Create(CultureInfo.InvariantCulture, $", with {text.Length} characters of input (SHA-256 {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant()})"),
        };
        var folder = with.TextOrNull("workingDirectory") is { } given ? $" in {CommandText.Quote(given)}" : "";
        return new ActionPlan(with.Text("program"), $"Runs {CommandText.Quote(with.Text("program"))}{folder}{input}; success is exit code {string.Join(" or ", Expected(with))}", [line], null);
    }

    /// <summary>Null when it could be started as it stands; else why not.</summary>
    public static string? WhyNot(Arguments with, ActionContext context)
    {
        if (CommandLine.WhyNot([with.Text("program"), .. CommandLine.Of(with, "args")], context.Processes, with.TextOrNull("workingDirectory")) is { } why) return why;
        return References(with).FirstOrDefault(name => context.Secrets.Find(name) is null) is { } missing ? $"no source knows the secret '{missing}'" : null;
    }

    /// <param name="timeout">Of the step, per attempt; null = none.</param>
    public static async Task<ActionResult> RunAsync(Arguments with, TimeSpan? timeout, CaptureDefinition capture, ActionContext context, CancellationToken cancellation)
    {
        if (WhyNot(with, context) is { } why) return new ActionResult(ActionOutcome.Failed, why) { Error = "NotStarted" };
        string? Value(string text) => SecretText.Resolve(text, context.Secrets, context.Mask);
        var request = new ProcessRequest(with.Text("program"), CommandLine.Of(with, "args"))
        {
            WorkingDirectory = with.TextOrNull("workingDirectory"), Timeout = timeout, MaxLines = capture.MaxLines, MaxBytes = capture.MaxBytes,
            Environment = with.Map("environment").ToDictionary(item => item.Key, item => item.Value is null ? null : Value(string.Concat(CommandLine.Of(item.Value))), StringComparer.Ordinal),
            StandardInput = with.TextOrNull("input") is { } input ? Value(input) : null,
        };
        return await CommandRun.RunAsync(request, Expected(with), context, cancellation).ConfigureAwait(false);
    }

    private static IReadOnlyList<int> Expected(Arguments with) =>
        CommandLine.Of(with, "expectExit") is { Count: > 0 } codes ? [.. codes.Select(code => int.Parse(code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))] : [0];

    private static IEnumerable<string> References(Arguments with) =>
        with.Map("environment").Values.OfType<string>().Append(with.TextOrNull("input") ?? "").Where(SecretText.IsReference);
}
