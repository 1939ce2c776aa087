using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <summary>
/// Hands the message to a PowerShell script as <c>-Message</c>, a hashtable (id, incident, severity, audience, to, subject, body, footer, createdAt), in the
/// caller's language mode or not at all. A script that fails says with it that nothing was sent; one that was stopped says nothing.
/// </summary>
internal sealed class ScriptChannel : IChannel
{
    private const int MaxLength = 1 << 20;

    public string Name => "script";
    public ObjectShape Parameters => ChannelShapes.All["script"];
    // the script is told the id but need not look at it
    public bool IsIdempotent => false;

    public async Task<SendResult> SendAsync(OutgoingMessage message, Arguments settings, ChannelContext context, CancellationToken cancellation)
    {
        if (context.Scripts is not { } scripts) return Rejected("this program has no PowerShell to run a script with");
        if (!TryText(settings, out var text, out var why)) return Rejected(why);
        if (scripts.WhyNot(text) is { } reason) return Rejected(reason);
        var parameters = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in settings.Map("parameters"))
        {
            if (value is string word && SecretText.IsReference(word))
            {
                if (SecretText.Resolve(word, context.Secrets, context.Mask) is not { } secret) return Rejected($"the secret '{word}' was not found");
                parameters[name] = secret;
            }
            else parameters[name] = value;
        }
        parameters["Message"] = new Dictionary<string, object?>
        {
            ["id"] = message.Id, ["incident"] = message.Incident, ["severity"] = message.Severity, ["audience"] = message.Audience, ["to"] = message.To, ["subject"] = message.Subject, ["body"] = message.Body,
            ["footer"] = message.Footer, ["createdAt"] = message.CreatedAt,
        };
        var timeout = settings.Duration("timeout") ?? TimeSpan.FromSeconds(30);
        var result = await scripts.RunAsync(new ScriptRequest(settings.TextOrNull("file") ?? "channel script", text, parameters, timeout, OwnProcess: false, MaxLines: 200, MaxBytes: 64 * 1024), cancellation).ConfigureAwait(false);
        if (result.Succeeded) return new SendResult(SendOutcome.Sent, result.Output.OfType<string>().LastOrDefault() is { } said ? Short(said) : "the script succeeded");
        var error = result.Errors.Count > 0 ? Short(result.Errors[0]) : "the script failed";
        return new SendResult(result.TimedOut || !result.Ended || cancellation.IsCancellationRequested ? SendOutcome.Unknown : SendOutcome.Rejected, error);
    }

    private static bool TryText(Arguments settings, out string text, out string why)
    {
        (text, why) = (settings.TextOrNull("text") ?? "", "");
        if (settings.TextOrNull("file") is { } file)
        {
            try
            {
                if (new FileInfo(file).Length > MaxLength) why = $"{file} is larger than {MaxLength} bytes";
                else text = File.ReadAllText(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { why = error.Message; }
        }
        else if (text.Length == 0) why = "the channel has no script: set 'file' or 'text'";
        return why.Length == 0;
    }

    private static SendResult Rejected(string why) => new(SendOutcome.Rejected, why);
    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
