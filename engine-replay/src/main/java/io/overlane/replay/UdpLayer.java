// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.UdpHeader;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/** Checks of a host for a UDP datagram, with some open ports: lengths, checksum and port, in that order. */
final class UdpLayer
{
    private final int[] ports;
    private final UdpHeader header = new UdpHeader();

    private boolean acceptV4 = true;
    private boolean acceptV6 = true;
    private boolean acceptZeroChecksumV6;
    private long partialChecksums;

    UdpLayer(final int... ports)
    {
        this.ports = ports;
    }

    int port()
    {
        return ports[0];
    }

    void families(final boolean v4, final boolean v6)
    {
        acceptV4 = v4;
        acceptV6 = v6;
    }

    void acceptZeroChecksumV6(final boolean accept)
    {
        acceptZeroChecksumV6 = accept;
    }

    long partialChecksums()
    {
        return partialChecksums;
    }

    /** Of {@code length} bytes after the IP header, {@code held} were captured. */
    DropReason receive(
        final OuterDatagram datagram,
        final MutableDirectBuffer buffer,
        final int offset,
        final int held,
        final int length)
    {
        if (held < UdpHeader.LENGTH)
        {
            return length < UdpHeader.LENGTH ? DropReason.BAD_OUTER_HEADER : DropReason.CAPTURE_CUT;
        }
        header.wrap(buffer, offset, held);
        final int udpLength = header.udpLength();
        if (udpLength < UdpHeader.LENGTH || udpLength > length)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        datagram.ports(header.sourcePort(), header.destinationPort());
        final boolean isOurs = isOpen(header.destinationPort()) && (datagram.isV4() ? acceptV4 : acceptV6);
        if (udpLength > held)
        {
            return isOurs ? DropReason.CAPTURE_CUT : DropReason.NO_SOCKET;
        }
        if (!isChecksumAcceptable(datagram, buffer, offset, udpLength))
        {
            return DropReason.UDP_CHECKSUM;
        }
        if (!isOurs)
        {
            return DropReason.NO_SOCKET;
        }
        datagram.payload(buffer, offset + UdpHeader.LENGTH, udpLength - UdpHeader.LENGTH);
        return DropReason.NONE;
    }

    private boolean isChecksumAcceptable(
        final OuterDatagram datagram, final MutableDirectBuffer buffer, final int offset, final int udpLength)
    {
        final int checksum = header.checksum();
        if (checksum == 0)
        {
            return datagram.isV4() || acceptZeroChecksumV6;
        }
        final long pseudoHeader = datagram.isV4() ?
            Checksum.pseudoHeaderV4(
                (int)datagram.sourceLow(), (int)datagram.destinationLow(), IpProtocol.UDP, udpLength) :
            Checksum.pseudoHeaderV6(
                datagram.sourceHigh(),
                datagram.sourceLow(),
                datagram.destinationHigh(),
                datagram.destinationLow(),
                IpProtocol.UDP,
                udpLength);
        if (Checksum.fold(Checksum.sum(buffer, offset, udpLength, pseudoHeader)) == 0xFFFF)
        {
            return true;
        }
        final boolean isPartial = checksum == Checksum.fold(pseudoHeader);
        partialChecksums += isPartial ? 1 : 0;
        return isPartial;
    }

    private boolean isOpen(final int port)
    {
        return Arrays.stream(ports).anyMatch(open -> open == port);
    }
}
