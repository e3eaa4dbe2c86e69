// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.Socket;

/**
 * A socket whose writes never fail; the read that follows each request fails instead, after all data from the server
 * was read. In TLS 1.3 a server may refuse our certificate after the handshake looks complete to us: it sends an alert
 * and closes. A failing write would make the JDK drop this alert unread. The socket uses no proxy.
 */
final class AlertReadingSocket extends Socket
{
    AlertReadingSocket()
    {
        super(Proxy.NO_PROXY);
    }

    @Override
    public OutputStream getOutputStream() throws IOException
    {
        return new FilterOutputStream(super.getOutputStream())
        {
            @Override
            public void write(final int octet)
            {
                write(new byte[]{(byte)octet}, 0, 1);
            }

            @Override
            public void write(final byte[] bytes, final int offset, final int length)
            {
                try
                {
                    out.write(bytes, offset, length);
                }
                catch (final IOException ignored)
                {
                    // Reading fails too.
                }
            }
        };
    }
}
