// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.http.Pem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A kubeconfig file: clusters, users, and contexts that name one of each. What would need another program or a proxy is
 * refused.
 */
final class KubeConfigFile
{
    private final Path file;
    private final Map<?, ?> root;

    private KubeConfigFile(final Path file, final Map<?, ?> root)
    {
        this.file = file;
        this.root = root;
    }

    /**
     * @param file   in YAML, of which JSON is a part.
     * @param apiUrl in place of the file's URL, empty for that.
     * @return what its current context says.
     * @throws IllegalArgumentException if it cannot be used; one line that names the file.
     */
    static KubeAccess read(final Path file, final String apiUrl)
    {
        return new KubeConfigFile(file, parse(file)).access(apiUrl);
    }

    private static Map<?, ?> parse(final Path file)
    {
        final String bytes = Pem.read(file);
        final String text = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        try
        {
            final Object document = new Load(LoadSettings.builder().setLabel(file.toString()).build())
                .loadFromString(text);
            if (document instanceof Map<?, ?> map)
            {
                return map;
            }
        }
        catch (final YamlEngineException ex)
        {
            throw new IllegalArgumentException(
                file + ": not YAML: " + HttpFailure.oneLine(String.valueOf(ex.getMessage())), ex);
        }
        catch (final StackOverflowError ex)
        {
            // The parser is recursive.
            throw new IllegalArgumentException(file + ": nested too deeply", ex);
        }
        throw new IllegalArgumentException(file + ": not a kubeconfig file");
    }

    private KubeAccess access(final String apiUrl)
    {
        final String current = text(root, "current-context");
        final Map<?, ?> context = current.isEmpty() ? Map.of() : named("contexts", "context", current);
        if (current.isEmpty() && apiUrl.isEmpty())
        {
            throw wrong("it has no current-context; set one with 'kubectl config use-context NAME'");
        }
        final String clusterName = text(context, "cluster");
        final Map<?, ?> cluster = clusterName.isEmpty() ? Map.of() : named("clusters", "cluster", clusterName);
        final String userName = text(context, "user");
        final Map<?, ?> user = userName.isEmpty() ? Map.of() : named("users", "user", userName);
        refuse(cluster, "cluster " + clusterName, "tls-server-name", "use a server name that is in its certificate");
        refuse(cluster, "cluster " + clusterName, "proxy-url", "use a server that can be reached directly");
        refuseHelpers(user, "user " + userName);

        final FileText authorities = pem(cluster, "certificate-authority");
        final FileText certificate = pem(user, "client-certificate");
        final FileText key = pem(user, "client-key");
        if ((certificate == null) != (key == null))
        {
            throw wrong("user " + userName + " must have both client-certificate and client-key, or neither");
        }
        final boolean trustsAny = "true".equals(text(cluster, "insecure-skip-tls-verify"));
        return new KubeAccess(
            server(cluster, clusterName, apiUrl, authorities != null || certificate != null || trustsAny),
            authorities, certificate, key, token(user, userName), basic(user), trustsAny);
    }

    private URI server(final Map<?, ?> cluster, final String name, final String apiUrl, final boolean secure)
    {
        if (!apiUrl.isEmpty())
        {
            return KubeAccess.server("--kube-api-url", apiUrl, secure);
        }
        final String server = text(cluster, "server");
        if (server.isEmpty())
        {
            throw wrong("cluster " + name + " has no server");
        }
        return KubeAccess.server(file + ": server", server, secure);
    }

    private void refuseHelpers(final Map<?, ?> user, final String name)
    {
        final String instead = "no other program is started; use a token, a tokenFile or a client certificate, for " +
            "example the token that 'kubectl create token SERVICEACCOUNT' prints";
        refuse(user, name, "exec", instead);
        refuse(user, name, "auth-provider", instead);
        refuse(user, name, "as", "use credentials of that user");
    }

    private void refuse(final Map<?, ?> map, final String owner, final String member, final String instead)
    {
        if (map.get(member) != null)
        {
            throw wrong(owner + " has '" + member + "', which is not supported: " + instead);
        }
    }

    /** A token file comes before a token, as in Kubernetes' clients. */
    private @Nullable FileText token(final Map<?, ?> user, final String name)
    {
        final String tokenFile = text(user, "tokenFile");
        if (!tokenFile.isEmpty())
        {
            return FileText.in(resolve(tokenFile));
        }
        final String token = text(user, "token");
        return token.isEmpty() ? null : FileText.given("the token of user " + name + " in " + file, token);
    }

    private @Nullable String basic(final Map<?, ?> user)
    {
        final String name = text(user, "username");
        return name.isEmpty() ? null : name + ":" + text(user, "password");
    }

    /** Data come before a file, as in Kubernetes' clients. */
    private @Nullable FileText pem(final Map<?, ?> map, final String name)
    {
        final String data = text(map, name + "-data");
        if (!data.isEmpty())
        {
            try
            {
                return FileText.given(name + "-data in " + file,
                    new String(Base64.getMimeDecoder().decode(data), StandardCharsets.ISO_8859_1));
            }
            catch (final IllegalArgumentException ex)
            {
                throw wrong(name + "-data is not base64");
            }
        }
        final String path = text(map, name);
        return path.isEmpty() ? null : FileText.in(resolve(path));
    }

    /** Paths in the file start at its directory. */
    private Path resolve(final String path)
    {
        return file.toAbsolutePath().resolveSibling(path);
    }

    private Map<?, ?> named(final String list, final String member, final String name)
    {
        if (root.get(list) instanceof List<?> entries)
        {
            for (final Object entry : entries)
            {
                if (entry instanceof Map<?, ?> map && name.equals(text(map, "name")))
                {
                    return map.get(member) instanceof Map<?, ?> found ? found : Map.of();
                }
            }
        }
        throw wrong("there is no " + member + " '" + name + "' in " + list);
    }

    /** A list or a mapping has no text here: through its aliases it may contain itself, or be endless in practice. */
    private String text(final Map<?, ?> map, final String name)
    {
        final Object value = map.get(name);
        if (value instanceof Map || value instanceof Iterable)
        {
            throw wrong("the value of '" + name + "' is a list or a mapping: give one text");
        }
        return value == null ? "" : value.toString().strip();
    }

    private IllegalArgumentException wrong(final String why)
    {
        return new IllegalArgumentException(file + ": " + why);
    }
}
