// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.Server;
import io.overlane.setting.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to reach etcd. Defaults are flannel's where flannel has one.
 *
 * @param endpoints      tried in turn, each {@code http://} or {@code https://}, or without a scheme ({@link #of}).
 * @param prefix         of every key, without a slash at the end.
 * @param caFile         PEM certificates to trust, null for those of the JVM.
 * @param certFile       PEM certificate of the client and its chain.
 * @param keyFile        its PEM private key, not encrypted.
 * @param username       null without authentication.
 * @param password       of the user.
 * @param requestTimeout for an answer from one endpoint; then the next is tried.
 */
public record EtcdOptions(
    List<URI> endpoints,
    String prefix,
    @Nullable Path caFile,
    @Nullable Path certFile,
    @Nullable Path keyFile,
    @Nullable String username,
    @Nullable String password,
    Duration requestTimeout)
{
    /** flannel's {@code --etcd-endpoints}; 4001 is etcd's former port. */
    public static final String DEFAULT_ENDPOINTS = "http://127.0.0.1:4001,http://127.0.0.1:2379";

    /** flannel's {@code --etcd-prefix}. */
    public static final String DEFAULT_PREFIX = "/coreos.com/network";

    /** The time that etcd itself gives a request to find a leader. */
    public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(5);

    /** @throws IllegalArgumentException if a setting is not possible; one line. */
    public EtcdOptions
    {
        Setting.notNull("endpoints", endpoints).forEach(endpoint -> Setting.notNull("endpoint", endpoint));
        Setting.notNull("prefix", prefix);
        if (Setting.notNull("requestTimeout", requestTimeout).isNegative() || requestTimeout.isZero())
        {
            throw new IllegalArgumentException("requestTimeout=" + requestTimeout + " must be longer than zero");
        }
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty())
        {
            throw new IllegalArgumentException("no etcd endpoint is given");
        }
        for (final URI endpoint : endpoints)
        {
            final String scheme = endpoint.getScheme();
            if (Server.host(endpoint) == null || scheme != null && !List.of("http", "https").contains(scheme))
            {
                throw noEndpoint(endpoint.toString().replaceFirst("^//", ""), null);
            }
        }
        if ((certFile == null) != (keyFile == null))
        {
            throw new IllegalArgumentException("client certificate and key must be given together, not only " +
                (certFile == null ? keyFile : certFile));
        }
        if (username == null != (password == null))
        {
            throw new IllegalArgumentException("user name and password must be given together");
        }
        if (prefix.isEmpty())
        {
            throw new IllegalArgumentException("the etcd prefix is empty: give it the name of the network's keys");
        }
        // flannel writes the keys of "a//b/" below "a/b", and adds no slash in front.
        prefix = prefix.replaceAll("/+", "/").replaceAll("/$", "");
    }

    /**
     * @param endpoints URLs separated by commas. One without a scheme, {@code etcd:2379}, is reached with TLS if the
     *                  options have a certificate or authority, and without TLS otherwise, as with flannel.
     * @return options with them and all other defaults.
     * @throws IllegalArgumentException if one is not an http(s) URL or has no host.
     */
    public static EtcdOptions of(final String endpoints)
    {
        final List<URI> uris = Arrays.stream(endpoints.split(","))
            .map(String::strip).filter(text -> !text.isEmpty()).map(EtcdOptions::endpoint).toList();
        return new EtcdOptions(uris, DEFAULT_PREFIX, null, null, null, null, null, DEFAULT_REQUEST_TIMEOUT);
    }

    /**
     * @param other prefix of every key.
     * @return the same options with it.
     */
    public EtcdOptions withPrefix(final String other)
    {
        return new EtcdOptions(endpoints, other, caFile, certFile, keyFile, username, password, requestTimeout);
    }

    /** @return the same options with them. */
    public EtcdOptions withTls(final @Nullable Path ca, final @Nullable Path cert, final @Nullable Path key)
    {
        return new EtcdOptions(endpoints, prefix, ca, cert, key, username, password, requestTimeout);
    }

    /**
     * @param user name, or null for none.
     * @return the same options with them.
     */
    public EtcdOptions withUser(final @Nullable String user, final @Nullable String secret)
    {
        return new EtcdOptions(endpoints, prefix, caFile, certFile, keyFile, user, secret, requestTimeout);
    }

    /** @return the same options with it. */
    public EtcdOptions withRequestTimeout(final Duration timeout)
    {
        return new EtcdOptions(endpoints, prefix, caFile, certFile, keyFile, username, password, timeout);
    }

    /** @return the endpoints, each with its scheme. */
    List<URI> servers()
    {
        final String usual = caFile == null && certFile == null ? "http:" : "https:";
        return endpoints.stream()
            .map(endpoint -> endpoint.getScheme() == null ? URI.create(usual + endpoint) : endpoint)
            .toList();
    }

    private static URI endpoint(final String text)
    {
        try
        {
            return new URI(text.contains("://") ? text : "//" + text);
        }
        catch (final URISyntaxException ex)
        {
            throw noEndpoint(text, ex);
        }
    }

    private static IllegalArgumentException noEndpoint(final String text, final @Nullable Exception cause)
    {
        return new IllegalArgumentException("etcd endpoint '" + text + "': expected http(s)://HOST:PORT", cause);
    }

    /** Leaves the password out. */
    @Override
    public String toString()
    {
        return "etcd " + endpoints + " " + prefix;
    }
}
