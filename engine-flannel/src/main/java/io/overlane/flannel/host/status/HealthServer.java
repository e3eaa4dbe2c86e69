// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import io.overlane.address.IpAddress;
import io.overlane.http.server.HttpReply;
import io.overlane.http.server.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import org.agrona.ErrorHandler;

/**
 * Answers {@code /healthz} with 200 while the process runs, and {@code /readyz} with 200 once the node is ready and 503
 * before, with flanneld's texts. The server's limits keep other clients from getting into the kubelet's way.
 */
public final class HealthServer implements AutoCloseable
{
    private final HttpServer server;

    /**
     * @param address to listen on; a wildcard for all.
     * @param port    to listen on, 0 for any free one.
     * @param isReady called for each request, on a thread of the server.
     * @param errors  gets failures of the socket, on a thread of the server.
     * @throws IOException if it cannot listen there; one line with address and port.
     */
    public HealthServer(
        final IpAddress address, final int port, final BooleanSupplier isReady, final ErrorHandler errors)
        throws IOException
    {
        try
        {
            server = HttpServer.open(
                new InetSocketAddress(address.toInetAddress(), port),
                question -> reply(question.path(), isReady.getAsBoolean()),
                null,
                errors);
        }
        catch (final IOException ex)
        {
            throw new IOException("health checks: " + ex.getMessage(), ex);
        }
    }

    /** @return the port it listens on. */
    public int port()
    {
        return server.address().getPort();
    }

    @Override
    public void close()
    {
        server.close();
    }

    private static HttpReply reply(final String path, final boolean isReady)
    {
        return switch (path)
        {
            case "/healthz" -> HttpReply.of(200, HttpReply.TEXT, "flanneld is running");
            case "/readyz" -> isReady ?
                HttpReply.of(200, HttpReply.TEXT, "flanneld is ready") :
                HttpReply.of(503, HttpReply.TEXT, "flanneld is not ready yet");
            default -> HttpReply.of(404, HttpReply.TEXT, "not found");
        };
    }
}
