// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.engine.OverlayEngine;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.http.server.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.agrona.CloseHelper;

/**
 * Shows running engines over HTTP, read-only: {@code /} is a page for people, {@code /metrics} is for Prometheus,
 * {@code /healthz} for supervisors, {@code /api} has JSON for programs.
 *
 * <p>It has a thread that looks at the counters each second, one that accepts clients, and one for each of at most 16
 * clients; all are daemon threads. No client can make it hold more than some tens of megabytes, or compute for more
 * than a fifth of one processor. The engine's threads take no part, except that they look up FDB entries in small
 * portions.
 */
public final class OverlaneHttp implements AutoCloseable
{
    private final EngineWatch watch;
    private final HttpServer server;

    private OverlaneHttp(final EngineWatch watch, final HttpServer server)
    {
        this.watch = watch;
        this.server = server;
    }

    /**
     * Show one engine with VXLAN segments.
     *
     * @param engine  to show; closing this does not close it.
     * @param address to listen on; port 0 for any free one.
     * @return the server.
     * @throws IOException if it cannot listen there; the message is one line with address and port.
     */
    public static OverlaneHttp start(final OverlayEngine engine, final InetSocketAddress address) throws IOException
    {
        return start(new HttpContext(engine).address(address));
    }

    /**
     * @param context settings.
     * @return the server.
     * @throws IOException if it cannot listen there; the message is one line with address and port.
     */
    public static OverlaneHttp start(final HttpContext context) throws IOException
    {
        final GuardedErrorHandler errors = GuardedErrorHandler.of(context.errorHandler());
        final EngineWatch watch = new EngineWatch(context.engines(), context.problem(), errors);
        final ServedPages pages = new ServedPages(watch, new ApiPages(context.commands(), watch), context.metrics());
        final HttpServer server = HttpServer.open(context.address(), pages, context.hostNames(), errors);
        watch.start();
        return new OverlaneHttp(watch, server);
    }

    /** @return the address it listens on, with the real port. */
    public InetSocketAddress address()
    {
        return server.address();
    }

    /** @return URL of the page. */
    public String url()
    {
        final String host = address().getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address().getPort() + "/";
    }

    /** Stop serving and close all connections. Any thread. */
    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(server, watch);
    }
}
