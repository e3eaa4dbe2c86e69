// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.Socket;

/**
 * A socket on which a write never fails: the read that follows every request does, after all that the server said. In
 * TLS 1.3 a server refuses our certificate when we believe that the connection is made: it says so and closes. Our
 * request then meets a closed connection, and the JDK would drop the refusal unread. It uses no proxy.
 */
final class LastWordsSocket extends Socket
{
    LastWordsSocket()
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
