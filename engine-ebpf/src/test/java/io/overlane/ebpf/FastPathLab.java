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
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.UnderlayOptions;
import java.net.NetworkInterface;
import java.util.concurrent.Callable;

/** A fast path without an engine: a TAP, an underlay device with a neighbour, and one station behind that. */
final class FastPathLab implements AutoCloseable
{
    static final int VNI = 1;
    /** Of the remote in the map. */
    static final int REMOTE_NUMBER = 3;
    static final Vtep LOCAL = Vtep.parse("10.0.0.1:8472", 0);
    static final Vtep REMOTE = Vtep.parse("10.0.0.2:8472", 0);
    static final Vtep LOCAL_V6 = Vtep.parse("[fd10::1]:8472", 0);
    static final Vtep REMOTE_V6 = Vtep.parse("[fd10::2]:8472", 0);
    /** Of the underlay device. */
    static final MacAddress UNDERLAY_MAC = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    static final MacAddress OURS = MacAddress.parse("02:00:00:00:00:01");
    static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:02");
    static final int MTU = 1450;

    final BpfFastPath path;
    final LibcUnderlay underlay;
    final TunPort port;
    final int tap;
    final int device;

    private FastPathLab(final LibcUnderlay underlay, final TunPort port, final DecapHook hook) throws Exception
    {
        path = new BpfFastPath(hook);
        this.underlay = underlay;
        this.port = port;
        tap = port.tapIndex();
        device = NetworkInterface.getByName("under0").getIndex();
    }

    /** Skip the test where the kernel does not allow this. */
    static void requireBpf()
    {
        assumeTrue(BpfSupport.whyUnavailable() == null, BpfSupport::whyUnavailable);
    }

    static LibcUnderlay underlay() throws Exception
    {
        return underlay(LOCAL);
    }

    static LibcUnderlay underlay(final Vtep local) throws Exception
    {
        return LibcUnderlay.open(new UnderlayOptions(local).sourcePorts());
    }

    static TunPort tap(final String name, final int mtu) throws Exception
    {
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, name).offload(TunOffload.ALL));
        device.mac(OURS);
        device.mtu(mtu);
        device.up(true);
        return new TunPort(device, null);
    }

    /** @param underlay opened when the device is there. */
    static FastPathLab open(final Callable<LibcUnderlay> underlay, final Vtep remote, final DecapHook hook)
        throws Exception
    {
        Peer.run("ip", "link", "add", "under0", "address", UNDERLAY_MAC.toString(), "type", "veth",
            "peer", "name", "under1");
        // So that the program in the driver takes datagrams without a UDP checksum.
        Peer.run("ethtool", "-K", "under0", "rx", "off");
        Peer.run("ip", "addr", "add", LOCAL.address() + "/24", "dev", "under0");
        Peer.run("ip", "addr", "add", LOCAL_V6.address() + "/64", "dev", "under0", "nodad");
        Peer.run("ip", "link", "set", "under1", "up");
        Peer.run("ip", "link", "set", "under0", "up");
        final FastPathLab lab = new FastPathLab(underlay.call(), tap("tap0", MTU), hook);
        lab.path.open(lab.underlay, 64, 16, 4);
        lab.path.begin(new FastSegment(VNI, lab.port, new OuterContext(), MTU + Steps.ETHERNET_LENGTH));
        lab.put(STATION, remote, true, true);
        return lab;
    }

    void put(final MacAddress mac, final Vtep remote, final boolean encap, final boolean decap)
    {
        final IpAddress address = remote.address();
        path.put(new FastStation()
            .set(VNI, mac.value(), REMOTE_NUMBER, address.high(), address.low(), remote.udpPort(), VNI)
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
