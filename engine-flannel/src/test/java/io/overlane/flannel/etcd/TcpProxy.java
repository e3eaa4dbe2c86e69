// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A wire to a port of this host that can be cut and mended. */
final class TcpProxy implements AutoCloseable
{
    private final ServerSocket server;
    private final int target;
    private final List<Socket> sockets = new ArrayList<>();
    private boolean cut;
    private int accepted;

    TcpProxy(final int target)
    {
        try
        {
            this.target = target;
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        thread(this::accept);
    }

    String endpoint()
    {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** @return connections that were let through so far. */
    synchronized int accepted()
    {
        return accepted;
    }

    synchronized void cut()
    {
        cut = true;
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    synchronized void mend()
    {
        cut = false;
    }

    private void accept()
    {
        while (!server.isClosed())
        {
            try
            {
                join(server.accept());
            }
            catch (final IOException ignored)
            {
                // Closed, or a target that is not there: the client sees its connection end.
            }
        }
    }

    private synchronized void join(final Socket client) throws IOException
    {
        if (cut)
        {
            client.close();
            return;
        }
        try
        {
            final Socket etcd = new Socket(InetAddress.getLoopbackAddress(), target);
            accepted++;
            sockets.add(client);
            sockets.add(etcd);
            thread(() -> pump(client, etcd));
            thread(() -> pump(etcd, client));
        }
        catch (final IOException ex)
        {
            client.close();
            throw ex;
        }
    }

    private static void pump(final Socket from, final Socket to)
    {
        try (InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream())
        {
            in.transferTo(out);
        }
        catch (final IOException ignored)
        {
            // Cut, or one side is done.
        }
    }

    private static void thread(final Runnable task)
    {
        final Thread thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(final Socket socket)
    {
        try
        {
            socket.close();
        }
        catch (final IOException ignored)
        {
            // Gone either way.
        }
    }

    @Override
    public void close()
    {
        cut();
        try
        {
            server.close();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
