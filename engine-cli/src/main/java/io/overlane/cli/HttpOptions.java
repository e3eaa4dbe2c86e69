// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.engine.OverlayEngine;
import io.overlane.http.HttpContext;
import io.overlane.http.OverlaneHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} and {@code flannel} for metrics, health and a page over HTTP. */
public final class HttpOptions
{
    private static final String OFF = "off";
    private static final Pattern ADDRESS =
        Pattern.compile("(?:(?:([0-9.]+|localhost)|\\[([0-9a-fA-F:.%a-z]+)\\]):)?(\\d{1,5})");

    @Option(names = "--http", paramLabel = "[IP:]PORT|off", description =
        "Serve metrics, health, JSON and a page over HTTP, read-only and without a password (docs/howto.md). PORT " +
        "alone is on 127.0.0.1; port 0 is any free one. Default: off.")
    private @Nullable String http;

    @Option(names = "--http-host", paramLabel = "NAME,...", hideParamSyntax = true, split = ",", description =
        "Names of this host in URLs for --http, besides its addresses and localhost; other names are refused. " +
        "Default: none.")
    private List<String> names = new ArrayList<>();

    /**
     * @return the address to listen on; null for none.
     * @throws IllegalArgumentException if the option has no address; one line.
     */
    public @Nullable InetSocketAddress address()
    {
        if (http == null || OFF.equals(http))
        {
            return null;
        }
        final Matcher parts = ADDRESS.matcher(http);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > 0xFFFF)
        {
            throw new IllegalArgumentException(
                "--http " + http + ": expected an address and a port, such as 127.0.0.1:9101 or [::1]:9101");
        }
        final String text = parts.group(1) == null ? parts.group(2) : parts.group(1);
        final InetAddress address = text == null || "localhost".equals(text) ?
            IpAddress.parse("127.0.0.1").toInetAddress() : IpAddress.parse(text).toInetAddress();
        return new InetSocketAddress(address, Integer.parseInt(parts.group(3)));
    }

    /** @return true if the option is given. */
    public boolean isGiven()
    {
        return http != null;
    }

    /**
     * Start to serve, if that is wanted.
     *
     * @param engines  answers the present engines with their names.
     * @param commands of which those that change nothing are served.
     * @param problem  answers why the program is not well; empty if it is.
     * @param out      gets the line with the URL, a warning and failures.
     * @return ends the server; null for none.
     * @throws IOException if it cannot listen there; one line.
     */
    public @Nullable AutoCloseable open(
        final Supplier<Map<String, OverlayEngine>> engines,
        final AdminCommands commands,
        final Supplier<String> problem,
        final Consumer<String> out)
        throws IOException
    {
        final InetSocketAddress address = address();
        if (address == null)
        {
            return null;
        }
        final CommandMetrics metrics = new CommandMetrics(engines);
        final OverlaneHttp server;
        try
        {
            server = OverlaneHttp.start(new HttpContext(engines, commands)
                .address(address)
                .hostNames(new LinkedHashSet<>(names))
                .problem(problem)
                .metrics(metrics::text)
                .errorHandler(error -> out.accept("http: " + OneLineErrors.message(error))));
        }
        catch (final IOException ex)
        {
            metrics.close();
            throw new IOException("--http " + http + ": " + ex.getMessage(), ex);
        }
        if (!address.getAddress().isLoopbackAddress())
        {
            out.accept("--http " + http + ": everybody who reaches this address can read tables and counters; there " +
                "is no password");
        }
        out.accept("page, metrics and health at " + server.url());
        return () -> CloseHelper.quietCloseAll(server, metrics);
    }
}
