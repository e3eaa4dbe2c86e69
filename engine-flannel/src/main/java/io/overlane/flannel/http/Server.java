// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The server that a URI names. Names of containers often have an underscore, which {@link URI} does not accept in a
 * host: it then answers that there is no host.
 */
public final class Server
{
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9._-]+)(?::(\\d{1,5}))?");
    private static final int MAX_PORT = 65_535;

    private Server()
    {
    }

    /** @return name or address, IPv6 in brackets; null if the URI has none. */
    public static @Nullable String host(final URI uri)
    {
        if (uri.getHost() != null)
        {
            return uri.getHost();
        }
        final Matcher name = name(uri);
        return name.matches() && port(uri) <= MAX_PORT ? name.group(1) : null;
    }

    /** @return the port; -1 if the URI has none. */
    public static int port(final URI uri)
    {
        if (uri.getHost() != null)
        {
            return uri.getPort();
        }
        final Matcher name = name(uri);
        return name.matches() && name.group(2) != null ? Integer.parseInt(name.group(2)) : -1;
    }

    private static Matcher name(final URI uri)
    {
        return NAME.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
    }
}
