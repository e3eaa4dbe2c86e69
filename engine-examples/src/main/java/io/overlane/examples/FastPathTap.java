// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.Vtep;
import io.overlane.ebpf.BpfFastPath;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.fastpath.FastPathState;
import io.overlane.fastpath.FastPathStatus;
import io.overlane.policy.SegmentContext;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOffload;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;

/**
 * A TAP in segment 1, whose frames the kernel carries as soon as the engine has learned the other station:
 *
 * <pre>
 *  java -cp engine-examples.jar io.overlane.examples.FastPathTap 192.0.2.1 192.0.2.2 tap0
 * </pre>
 */
public final class FastPathTap
{
    private FastPathTap()
    {
    }

    public static void main(final String[] args) throws Exception
    {
        if (args.length != 3)
        {
            System.err.println("usage: FastPathTap LOCAL[:PORT] PEER[:PORT] DEVICE");
            System.exit(1);
        }
        final TunDevice tap = TunDevice.create(new TunOptions(TunKind.TAP, args[2]).offload(TunOffload.TCP));
        tap.mtu(1450);
        tap.up(true);
        final Underlay underlay =
            LibcUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472)).sourcePorts());
        final EngineContext context = new EngineContext()
            .underlay(underlay)
            .segment(new SegmentContext(1).port(new TunPort(tap, Throwable::printStackTrace)).ownMac(tap.mac())
                .policy(policy -> policy.learning(true)).flood(Vtep.parse(args[1], 8472)))
            .threadingMode(ThreadingMode.SPLIT)
            .fastPathIfPossible(new BpfFastPath());
        try (OverlayEngine engine = OverlayEngine.launch(context))
        {
            final FastPathStatus status = engine.fastPath().status().join();
            System.out.println("with " + (status.state() == FastPathState.OFF ? status.why() : "the fast path"));
            engine.terminated().join();
        }
    }
}
