// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.ebpf.kernel.BpfSupport;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOffload;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.UnderlayOptions;

/** A fast path without an engine: a TAP, an underlay device with a neighbour, and one station behind that. */
final class FastPathLab implements AutoCloseable
{
    static final int VNI = 1;
    static final Vtep LOCAL = Vtep.parse("10.0.0.1:8472", 0);
    static final Vtep REMOTE = Vtep.parse("10.0.0.2:8472", 0);
    static final MacAddress OURS = MacAddress.parse("02:00:00:00:00:01");
    static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:02");
    static final int MTU = 1450;

    final TcFastPath path = new TcFastPath();
    final LibcUnderlay underlay;
    final TunPort port;
    final int tap;

    private FastPathLab(final LibcUnderlay underlay, final TunPort port) throws Exception
    {
        this.underlay = underlay;
        this.port = port;
        tap = port.tapIndex();
    }

    /** Skip the test where the kernel does not allow this. */
    static void requireBpf()
    {
        assumeTrue(BpfSupport.whyUnavailable() == null, BpfSupport::whyUnavailable);
    }

    static LibcUnderlay underlay() throws Exception
    {
        return LibcUnderlay.open(new UnderlayOptions(LOCAL).sourcePorts());
    }

    static TunPort tap(final String name) throws Exception
    {
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, name).offload(TunOffload.ALL));
        device.mac(OURS);
        device.mtu(MTU);
        device.up(true);
        return new TunPort(device, null);
    }

    static FastPathLab open() throws Exception
    {
        Peer.run("ip", "link", "add", "under0", "type", "veth", "peer", "name", "under1");
        Peer.run("ip", "addr", "add", LOCAL.address() + "/24", "dev", "under0");
        Peer.run("ip", "link", "set", "under1", "up");
        Peer.run("ip", "link", "set", "under0", "up");
        final FastPathLab lab = new FastPathLab(underlay(), tap("tap0"));
        lab.path.open(lab.underlay, 64, 16, 4);
        lab.path.begin(new FastSegment(VNI, lab.port, new OuterContext(), MTU + TcProgram.ETHERNET_LENGTH));
        lab.put(STATION, REMOTE, true, true);
        return lab;
    }

    void put(final MacAddress mac, final Vtep remote, final boolean encap, final boolean decap)
    {
        final IpAddress address = remote.address();
        path.put(new FastStation()
            .set(VNI, mac.value(), 3, address.high(), address.low(), remote.udpPort(), VNI)
            .ways(encap, decap));
    }

    @Override
    public void close()
    {
        path.close();
        underlay.close();
        port.close();
    }
}
