package io.overlane.flannel.host.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz}, 200 while the process runs, and {@code /readyz}, 200 once the node is ready and 503 before, with
 * flanneld's words. One thread of its own answers.
 */
public final class HealthServer implements AutoCloseable
{
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final ExecutorService executor;

    /**
     * @param address to listen on; a wildcard for all.
     * @param port    to listen on, 0 for any free one.
     * @param isReady asked for each request, on the server's thread.
     * @throws IOException if it cannot listen there; one line that names the place.
     */
    public HealthServer(final IpAddress address, final int port, final BooleanSupplier isReady) throws IOException
    {
        try
        {
            server = HttpServer.create(new InetSocketAddress(address.toInetAddress(), port), 0);
        }
        catch (final IOException ex)
        {
            throw new IOException("cannot answer health checks on " + address + " port " + port + ": " +
                ex.getMessage(), ex);
        }
        executor = Executors.newSingleThreadExecutor(task ->
        {
            final Thread thread = new Thread(task, "health");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(executor);
        server.createContext("/", exchange -> respond(exchange, NOT_FOUND, "not found"));
        server.createContext("/healthz", exchange -> respond(exchange, "/healthz", OK, "flanneld is running"));
        server.createContext("/readyz", exchange ->
        {
            final boolean ready = isReady.getAsBoolean();
            respond(exchange, "/readyz", ready ? OK : UNAVAILABLE,
                ready ? "flanneld is ready" : "flanneld is not ready yet");
        });
        server.start();
    }

    /** @return the port it listens on. */
    public int port()
    {
        return server.getAddress().getPort();
    }

    @Override
    public void close()
    {
        server.stop(0);
        executor.shutdownNow();
    }

    /** A context covers every path that starts like it. */
    private static void respond(final HttpExchange exchange, final String path, final int status, final String text)
        throws IOException
    {
        if (exchange.getRequestURI().getPath().equals(path))
        {
            respond(exchange, status, text);
        }
        else
        {
            respond(exchange, NOT_FOUND, "not found");
        }
    }

    private static void respond(final HttpExchange exchange, final int status, final String text) throws IOException
    {
        final byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange)
        {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            if ("HEAD".equals(exchange.getRequestMethod()))
            {
                exchange.sendResponseHeaders(status, -1);
            }
            else
            {
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }
}
