// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.engine.OverlayEngine;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.fuzz.FuzzEngine;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.http.EnginePages;
import io.overlane.underlay.UnderlayException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What one client sends to the HTTP server: each answer has a status of HTTP, and no page fails. */
public final class HttpServerTarget implements FuzzTarget
{
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final OverlayEngine engine;
    private final Turns turns;

    public HttpServerTarget() throws UnderlayException
    {
        engine = FuzzEngine.launch();
        turns = new Turns(EnginePages.of(engine, errors::add), GuardedErrorHandler.of(errors::add));
    }

    /** A connection whose client has sent everything, and reads everything. */
    private static final class MemorySocket extends Socket
    {
        private final InputStream in;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private boolean isClosed;

        private MemorySocket(final byte[] request)
        {
            in = new ByteArrayInputStream(request);
        }

        @Override
        public InputStream getInputStream()
        {
            return in;
        }

        @Override
        public OutputStream getOutputStream()
        {
            return out;
        }

        @Override
        public SocketAddress getRemoteSocketAddress()
        {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public SocketAddress getLocalSocketAddress()
        {
            return getRemoteSocketAddress();
        }

        @Override
        public void setTcpNoDelay(final boolean on)
        {
            // Nothing is delayed.
        }

        @Override
        public void setSendBufferSize(final int size)
        {
            // It has room for everything.
        }

        @Override
        public void setSoTimeout(final int timeout)
        {
            // It never waits.
        }

        @Override
        public int getSoTimeout()
        {
            return 0;
        }

        @Override
        public void setSoLinger(final boolean on, final int linger)
        {
            // Nothing is in a buffer.
        }

        @Override
        public void shutdownOutput()
        {
            // The client reads until the end.
        }

        @Override
        public boolean isConnected()
        {
            return true;
        }

        @Override
        public boolean isClosed()
        {
            return isClosed;
        }

        @Override
        public void close()
        {
            isClosed = true;
        }
    }

    @Override
    public void accept(final byte[] input)
    {
        final MemorySocket socket = new MemorySocket(input);
        new HttpConnection(socket, turns, new HostNames(Set.of())).serve();
        final String answer = socket.out.toString(StandardCharsets.ISO_8859_1);
        assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] [2-5]\\d\\d .*"), answer);
        assertFalse(answer.startsWith("HTTP/1.1 500"), answer);
        assertEquals(List.of(), List.copyOf(errors), "reported to the error handler");
    }

    @Override
    public void close()
    {
        engine.close();
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n",
            "HEAD /healthz HTTP/1.0\r\n\r\n", "GET /api HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
            "GET /api/fdb?vni=1&limit=1&from=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /api/neigh?vni=77 HTTP/1.1\r\nHost: localhost\r\n\r\n" +
                "GET /api/stats HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST /api/drops?reason=oversize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
            "GET /api/segment%2f?a=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET http://localhost/api/history HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }
}
