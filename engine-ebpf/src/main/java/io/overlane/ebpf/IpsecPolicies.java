// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.NetlinkSocket.ATTRIBUTE;
import static io.overlane.ebpf.NetlinkSocket.PAYLOAD;

import java.io.IOException;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * Whether this network namespace has policies of IPsec, which the kernel would not apply to datagrams that the programs
 * send and receive (xfrm, as {@code ip xfrm policy count}). Those of single sockets do not count: they are of others.
 * One thread.
 */
final class IpsecPolicies implements AutoCloseable
{
    private static final int NETLINK_XFRM = 6;
    private static final int XFRM_MSG_NEWSPDINFO = 0x24;
    private static final int XFRM_MSG_GETSPDINFO = 0x25;
    /** Flags, in the question and in front of the attributes of the answer. */
    private static final int FLAGS = 4;
    // The first attribute is XFRMA_SPD_INFO, a struct xfrmu_spdinfo: in, out, forward, and the same of sockets.
    private static final int IN = PAYLOAD + FLAGS + ATTRIBUTE;
    private static final int OUT = IN + Integer.BYTES;
    private static final int FORWARD = OUT + Integer.BYTES;

    /** Null if the kernel has no IPsec. */
    private final @Nullable NetlinkSocket socket = NetlinkSocket.open(NETLINK_XFRM);

    /** @throws IOException if the kernel does not say. */
    boolean exist() throws IOException
    {
        if (socket == null)
        {
            return false;
        }
        socket.memory().setMemory(0, PAYLOAD + FLAGS, (byte)0);
        if (socket.ask(XFRM_MSG_GETSPDINFO, PAYLOAD + FLAGS, XFRM_MSG_NEWSPDINFO) < FORWARD + Integer.BYTES)
        {
            throw new IOException("the kernel does not say whether it has policies of IPsec");
        }
        return (socket.memory().getInt(IN) | socket.memory().getInt(OUT) | socket.memory().getInt(FORWARD)) != 0;
    }

    @Override
    public void close()
    {
        CloseHelper.close(socket);
    }
}
