// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import org.agrona.MutableDirectBuffer;

/** A station that answers ARP and ping: it writes the answer over the request. Its MAC is 00:00:00:00:00:02. */
public record PingResponder(RingPort port, int ip, EthernetHeader eth, ArpHeader arp, Ipv4Header v4, IcmpHeader icmp)
{
    public static void main(final String[] args) throws Exception
    {
        if (args.length < 3)
        {
            System.err.println("usage: PingResponder LOCAL[:PORT] PEER[:PORT] STATION");
            System.exit(1);
        }
        final PingResponder station = new PingResponder(new RingPort("station", 1450, 64),
            IpAddress.parse(args[2]).v4(), new EthernetHeader(), new ArpHeader(), new Ipv4Header(), new IcmpHeader());
        OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(1).port(station.port).flood(Vtep.parse(args[1], 8472))));
        while (station.port.awaitFrames(1_000_000_000L))
        {
            station.port.poll(station::onFrame, 64);
        }
    }

    private void onFrame(final MutableDirectBuffer buffer, final int at, final int length)
    {
        final int type = eth.wrap(buffer, at, length).destination(eth.source()).source(2).etherType();
        if (type == EtherType.ARP && arp.wrap(buffer, at + 14, length - 14).check() == DropReason.NONE &&
            arp.operation() == ArpHeader.REQUEST && arp.targetIp() == ip)
        {
            arp.init(ArpHeader.REPLY).targetMac(arp.senderMac()).targetIp(arp.senderIp()).senderMac(2).senderIp(ip);
            port.send(buffer, at, length);
        }
        else if (type == EtherType.IPV4 && v4.wrap(buffer, at + 14, length - 14).check() == DropReason.NONE &&
            v4.destination() == ip && v4.protocol() == IpProtocol.ICMP && icmp.wrap(buffer, at + 14 + v4.headerLength(),
            v4.totalLength() - v4.headerLength()).check() == DropReason.NONE && icmp.type() == IcmpHeader.ECHO_REQUEST)
        {
            icmp.init(IcmpHeader.ECHO_REPLY, 0, icmp.identifier() << 16 | icmp.sequence()).updateChecksum();
            v4.destination(v4.source()).source(ip);
            port.send(buffer, at, length);
        }
    }
}
