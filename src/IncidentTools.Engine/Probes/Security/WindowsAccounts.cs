using System.Text.Json;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>The local accounts of Windows, from a script that never changes.</summary>
internal static class WindowsAccounts
{
    private const string Script = "@{ users = @(Get-LocalUser | ForEach-Object { @{ name = $_.Name; sid = $_.SID.Value; enabled = $_.Enabled; passwordRequired = $_.PasswordRequired } }); administrators = @(Get-LocalGroupMember -SID S-1-5-32-544 | ForEach-Object { $_.Name }) } | ConvertTo-Json -Depth 3 -Compress";

    public static async Task<AccountInventory> ReadAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation) =>
        Read(await SystemProgram.AskAsync(context, timeout, cancellation, "powershell.exe", "-NoProfile", "-NonInteractive", "-Command", Script).ConfigureAwait(false));

    internal static AccountInventory Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var accounts = document.RootElement.GetProperty("users").EnumerateArray().Select(user => new Account(user.GetProperty("name").GetString()!, user.GetProperty("sid").GetString()!, "", "", "",
                !user.GetProperty("enabled").GetBoolean() ? PasswordState.Locked : user.GetProperty("passwordRequired").GetBoolean() ? PasswordState.Set : PasswordState.None)).ToList();
            // MACHINE\name for local ones
            var members = document.RootElement.GetProperty("administrators").EnumerateArray().Select(member => member.GetString()!).Select(name => name[(name.LastIndexOf('\\') + 1)..]).Order(StringComparer.Ordinal).ToList();
            return new AccountInventory(accounts, new Dictionary<string, IReadOnlyList<string>> { ["Administrators"] = members }, [], new Dictionary<string, string>(), []);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException) { throw new CannotCheckException(ProbeErrors.InvalidResponse, $"the list of accounts cannot be read: {error.Message}"); }
    }
}
