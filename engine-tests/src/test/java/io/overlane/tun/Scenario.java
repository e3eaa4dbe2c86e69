// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.libc.SocketAddress;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What scenarios inside a namespace share: devices with addresses, and closing of all that was opened. */
abstract class Scenario
{
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891c;
    private static final int IFA_F_TENTATIVE = 0x40;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    @BeforeEach
    final void prepareNamespace() throws IOException
    {
        new NetworkLink("lo").up(true);
        // A new device would send router solicitations whenever it likes.
        final Path disableIpv6 = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");
        if (Files.isWritable(disableIpv6))
        {
            Files.writeString(disableIpv6, "1");
        }
    }

    <T extends AutoCloseable> T closeLater(final T resource)
    {
        resources.push(resource);
        return resource;
    }

    @AfterEach
    final void close()
    {
        CloseHelper.closeAll(resources);
        resources.clear();
    }

    /** For constructors: skips the scenario, and leaves nothing behind for the next. */
    final void assumeOrClose(final boolean condition, final String whyNot)
    {
        if (!condition)
        {
            CloseHelper.quietCloseAll(resources);
            abort(whyNot);
        }
    }

    /** A new device; the scenario is skipped where there is no driver or the node may not be opened. */
    TunDevice create(final TunOptions options) throws TunException
    {
        try
        {
            return closeLater(TunDevice.create(options));
        }
        catch (final TunException ex)
        {
            assumeTrue(ex.reason() != TunException.Reason.NO_DRIVER &&
                ex.reason() != TunException.Reason.NOT_PERMITTED, ex.getMessage());
            throw ex;
        }
    }

    TunPort port(final TunDevice device) throws IOException
    {
        return closeLater(new TunPort(device, errors::add));
    }

    /** Give the interface an address and bring it up. */
    void address(final TunDevice device, final String cidr) throws IOException
    {
        final IpPrefix prefix = IpPrefix.parse(cidr);
        addressRequest(SIOCSIFADDR, device.name(), prefix.address());
        addressRequest(SIOCSIFNETMASK, device.name(), IpAddress.ofV4(-1 << (32 - prefix.length())));
        device.up(true);
    }

    /** Give the interface an IPv6 address that can be used at once; false where there is no IPv6. */
    static boolean addressV6(final TunDevice device, final String cidr) throws IOException
    {
        final Path conf = Path.of("/proc/sys/net/ipv6/conf", device.name());
        if (!Files.isWritable(conf.resolve("disable_ipv6")))
        {
            return false;
        }
        Files.writeString(conf.resolve("accept_dad"), "0");
        Files.writeString(conf.resolve("disable_ipv6"), "0");
        final IpPrefix prefix = IpPrefix.parse(cidr);
        // struct in6_ifreq: address 16, prefix length 4, interface index 4.
        final MemoryBuffer memory = MemoryBuffer.allocate(24, 8);
        memory.putLong(0, prefix.address().high(), ByteOrder.BIG_ENDIAN);
        memory.putLong(8, prefix.address().low(), ByteOrder.BIG_ENDIAN);
        memory.putInt(16, prefix.length());
        memory.putInt(20, device.index());
        request(Linux.AF_INET6, SIOCSIFADDR, memory);
        // Even without a probe for another owner the address is tentative until a worker of the kernel's has run.
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (isTentative(device) && System.nanoTime() - deadlineNs < 0)
        {
            Thread.onSpinWait();
        }
        assertFalse(isTentative(device), "the kernel does not hand out its address");
        return true;
    }

    /** A line of if_inet6: address, interface index, prefix length, scope, flags, name. */
    private static boolean isTentative(final TunDevice device) throws IOException
    {
        return Files.readAllLines(Path.of("/proc/net/if_inet6")).stream()
            .map(line -> line.strip().split(" +"))
            .filter(fields -> fields[5].equals(device.name()) && !fields[0].startsWith("fe80"))
            .anyMatch(fields -> (Integer.parseInt(fields[4], 16) & IFA_F_TENTATIVE) != 0);
    }

    private static void addressRequest(final long request, final String name, final IpAddress address)
    {
        final MemoryBuffer memory = MemoryBuffer.allocate(Linux.IFREQ_SIZE, 8);
        memory.putStringWithoutLengthAscii(0, name);
        SocketAddress.put(memory, Linux.IFREQ_VALUE_OFFSET, Linux.AF_INET, 0, address.low(), 0);
        request(Linux.AF_INET, request, memory);
    }

    private static void request(final int family, final long request, final MemoryBuffer memory)
    {
        final int socket = LibC.get().socket(family, Linux.SOCK_DGRAM);
        final int result = LibC.get().ioctl(socket, request, memory);
        final int errno = LibC.errno();
        LibC.close(socket);
        assertEquals(0, result, () -> LibC.describe(errno));
    }

    /** Poll until a wanted frame comes; what the kernel sends by itself is passed over. */
    static Frame pollFor(final TunPort port, final Predicate<Frame> wanted)
    {
        final FrameBatch batch = new FrameBatch(8);
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        final List<String> seen = new ArrayList<>();
        while (System.nanoTime() < deadlineNs)
        {
            port.await(deadlineNs - System.nanoTime());
            batch.clear();
            while (port.poll(batch, 1) == 1)
            {
                final Frame frame = batch.get(0);
                if (wanted.test(frame))
                {
                    return frame;
                }
                seen.add(frame.length() + " bytes");
                batch.clear();
            }
        }
        throw new AssertionError("the frame did not come; others: " + seen);
    }

    static int poll(final LibcUnderlay underlay, final ReceiveBatch batch)
    {
        batch.clear();
        underlay.await(PATIENCE_NS);
        return underlay.poll(batch);
    }

    static FrameBatch batch(final Frame frame)
    {
        final FrameBatch batch = new FrameBatch(1);
        batch.add(frame);
        return batch;
    }
}
