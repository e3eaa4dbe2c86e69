// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the API server is, and how this node and the server prove to each other who they are.
 *
 * @param server      whose path, if it has one, stands before those of the calls; without a slash at the end.
 * @param authorities PEM certificates to trust; null for those of the JVM.
 * @param certificate PEM certificate of the client and its chain; null for none.
 * @param key         its PEM private key.
 * @param token       bearer token; null for none.
 * @param basic       user name and password with a colon between them; null for none.
 * @param trustsAny   true to accept every server's certificate.
 */
public record KubeAccess(
    URI server,
    @Nullable FileText authorities,
    @Nullable FileText certificate,
    @Nullable FileText key,
    @Nullable FileText token,
    @Nullable String basic,
    boolean trustsAny)
{
    /** Where a pod has its token and the authorities of the API server's certificate. */
    static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    /**
     * Choose as flanneld does: the kubeconfig file if it is given, else what a pod finds. A URL that is given replaces
     * that of either.
     *
     * @param apiUrl      {@code --kube-api-url}, empty if it is not given.
     * @param kubeConfig  {@code --kubeconfig-file}.
     * @param environment of the process.
     * @return how to reach the API server.
     * @throws IllegalArgumentException if that cannot be found out; one line.
     */
    public static KubeAccess of(
        final String apiUrl, final @Nullable Path kubeConfig, final Map<String, String> environment)
    {
        return of(apiUrl, kubeConfig, environment, SERVICE_ACCOUNT);
    }

    static KubeAccess of(
        final String apiUrl,
        final @Nullable Path kubeConfig,
        final Map<String, String> environment,
        final Path serviceAccount)
    {
        if (kubeConfig != null)
        {
            return KubeConfigFile.read(kubeConfig, apiUrl);
        }
        if (!apiUrl.isEmpty())
        {
            final boolean inPod = Files.exists(serviceAccount.resolve("token"));
            final URI server = server("--kube-api-url", apiUrl, inPod);
            // A token must not travel where anybody can read it.
            return inPod && isSecure(server) ?
                inPod(server, serviceAccount) : new KubeAccess(server, null, null, null, null, null, false);
        }
        final String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        final String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
        if (host.isEmpty() || port.isEmpty())
        {
            throw new IllegalArgumentException("--kube-subnet-mgr: this is not a pod (KUBERNETES_SERVICE_HOST and " +
                "KUBERNETES_SERVICE_PORT are not set), so give --kubeconfig-file or --kube-api-url");
        }
        final String bracketed = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return inPod(server("KUBERNETES_SERVICE_HOST", "https://" + bracketed + ":" + port, true), serviceAccount);
    }

    private static KubeAccess inPod(final URI server, final Path serviceAccount)
    {
        final FileText token = FileText.in(serviceAccount.resolve("token"));
        final FileText authorities = FileText.in(serviceAccount.resolve("ca.crt"));
        token.read();
        authorities.read();
        return new KubeAccess(server, authorities, null, null, token, null, false);
    }

    /**
     * @param name   of the setting, for messages.
     * @param url    of an API server; a scheme may be missing.
     * @param secure whether https is meant if the scheme is missing.
     * @return the URL without a slash at its end.
     * @throws IllegalArgumentException if it is no such URL; one line.
     */
    static URI server(final String name, final String url, final boolean secure)
    {
        try
        {
            final String whole = url.contains("://") ? url : (secure ? "https://" : "http://") + url;
            final URI server = new URI(whole.replaceAll("/+$", ""));
            if (server.getHost() != null && server.getRawQuery() == null && server.getRawUserInfo() == null &&
                List.of("http", "https").contains(server.getScheme()))
            {
                return server;
            }
        }
        catch (final URISyntaxException ex)
        {
            throw wrong(name, url, ex);
        }
        throw wrong(name, url, null);
    }

    private static IllegalArgumentException wrong(final String name, final String url, final @Nullable Exception cause)
    {
        return new IllegalArgumentException(name + " '" + url + "': expected http(s)://HOST:PORT", cause);
    }

    static boolean isSecure(final URI server)
    {
        return "https".equals(server.getScheme());
    }

    /** Leaves secrets out. */
    @Override
    public String toString()
    {
        return server.toString();
    }
}
