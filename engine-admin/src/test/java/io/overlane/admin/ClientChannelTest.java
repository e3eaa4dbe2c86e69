// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection that was given away. */
class ClientChannelTest
{
    @TempDir
    private Path folder;

    @Test
    void shouldCloseItsEndOnceTheClientHasGone() throws IOException
    {
        final UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address))
        {
            final SocketChannel client = SocketChannel.open(address);
            final SocketChannel accepted = server.accept();
            accepted.configureBlocking(false);
            final ClientChannel channel = new ClientChannel(accepted);
            assertTrue(channel.isOpen());

            client.close();

            assertFalse(channel.isOpen());
            assertFalse(accepted.isOpen(), "the descriptor is left");
        }
    }
}
