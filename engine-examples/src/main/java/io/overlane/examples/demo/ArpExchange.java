// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.address.MacAddress;
import io.overlane.status.DropReason;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import java.io.IOException;
import org.agrona.MutableDirectBuffer;

/** A station broadcasts a request for a neighbour's MAC address; its own engine answers. */
final class ArpExchange
{
    private static final int LENGTH = EthernetHeader.LENGTH + ArpHeader.LENGTH;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpHeader arp = new ArpHeader();
    private final Station station;
    private final DemoHost neighbor;
    private long answer;

    ArpExchange(final Station station, final DemoHost neighbor)
    {
        this.station = station;
        this.neighbor = neighbor;
    }

    /**
     * Send the request and wait for the answer.
     *
     * @param timeoutNs for the answer, in nanoseconds.
     * @return nanoseconds it took.
     * @throws IOException if there was no answer, or not the neighbour's MAC address.
     */
    long run(final long timeoutNs) throws IOException
    {
        final long startNs = System.nanoTime();
        station.send(LENGTH, this::writeRequest);
        if (!station.await(this::isReply, timeoutNs))
        {
            throw new IOException("ARP: nobody answered for " + neighbor.ip());
        }
        final long elapsedNs = System.nanoTime() - startNs;
        if (answer != neighbor.mac().value())
        {
            throw new IOException("ARP: the answer for " + neighbor.ip() + " was " +
                MacAddress.toString(answer) + ", not " + neighbor.mac());
        }
        return elapsedNs;
    }

    private void writeRequest(final MutableDirectBuffer buffer, final int offset)
    {
        final DemoHost self = station.host();
        ethernet.wrap(buffer, offset, LENGTH)
            .destination(MacAddress.BROADCAST).source(self.mac().value()).etherType(EtherType.ARP);
        arp.wrap(buffer, offset + EthernetHeader.LENGTH, ArpHeader.LENGTH)
            .init(ArpHeader.REQUEST)
            .senderMac(self.mac().value()).senderIp(self.ipv4())
            .targetMac(0).targetIp(neighbor.ipv4());
    }

    private boolean isReply(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        if (ethernet.wrap(buffer, offset, length).check() != DropReason.NONE ||
            ethernet.etherType() != EtherType.ARP)
        {
            return false;
        }
        arp.wrap(buffer, offset + EthernetHeader.LENGTH, length - EthernetHeader.LENGTH);
        if (arp.check() != DropReason.NONE ||
            arp.operation() != ArpHeader.REPLY ||
            arp.senderIp() != neighbor.ipv4())
        {
            return false;
        }
        answer = arp.senderMac();
        return true;
    }
}
