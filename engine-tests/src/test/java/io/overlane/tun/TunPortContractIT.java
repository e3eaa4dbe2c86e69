// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.PortContract;
import java.io.File;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A port on a TAP device; its far side is another device in the same bridge of the kernel. */
@InNamespace
class TunPortContractIT extends PortContract
{
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private TunPort far;

    @Override
    protected Port open() throws Exception
    {
        assumeTrue(new File("/dev/net/tun").canWrite(), "no /dev/net/tun here");
        run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        run("ip", "link", "add", "br0", "up", "type", "bridge", "mcast_snooping", "0");
        final Port port = device("vx0");
        far = device("far0");
        return port;
    }

    private TunPort device(final String name) throws Exception
    {
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, name));
        device.mtu(1450);
        device.up(true);
        run("ip", "link", "set", name, "master", "br0");
        return new TunPort(device, errors::add);
    }

    @Override
    protected void send(final byte[] frame)
    {
        final FrameBatch batch = new FrameBatch(1);
        final Frame only = new FrameSlab(1, frame.length).frame(0).wrap(FrameSlab.HEADROOM, frame.length);
        only.buffer().putBytes(only.offset(), frame);
        batch.add(only);
        far.offer(batch);
        assertEquals(DropReason.NONE, only.verdict());
    }

    @Override
    protected byte[] receive(final long timeoutNs)
    {
        final FrameBatch batch = new FrameBatch(1);
        final long deadlineNs = System.nanoTime() + timeoutNs;
        while (far.poll(batch, 1) == 0 && System.nanoTime() - deadlineNs < 0)
        {
            far.await(deadlineNs - System.nanoTime());
        }
        return batch.isEmpty() ? null : EngineHarness.bytes(batch.get(0));
    }

    @Override
    protected void closeFarSide() throws Exception
    {
        if (far != null)
        {
            far.close();
            run("ip", "link", "delete", "br0");
            assertTrue(errors.isEmpty(), errors::toString);
        }
    }

    private static void run(final String... command) throws Exception
    {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), () -> String.join(" ", command));
    }
}
