namespace IncidentTools.Engine.Foundation;

/// <summary>Resolves a secret's name at the moment of use: an environment variable, a file, or SecretManagement (given by the cmdlet assembly).</summary>
/// <remarks>Whoever resolves a value registers it with <see cref="SecretMask"/> first, so that it never reaches the journal, a stream, an error or an export.</remarks>
public interface ISecretSource
{
    /// <summary>The value, or null when this source does not know the name.</summary>
    string? Find(string name);
}
