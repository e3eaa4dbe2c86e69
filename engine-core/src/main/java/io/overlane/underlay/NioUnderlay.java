// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.error.RepeatedFailures;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.setting.Setting;
import io.overlane.underlay.base.UdpAddress;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams through the JDK's own {@link DatagramChannel}: no native code, any operating system, one system call per
 * datagram. The fallback where nothing faster is available.
 *
 * <p>Limits of the JDK: the type of service is set, but not reported, so that congestion marks get lost; source port
 * and time to live are always those of the socket; nothing is joined, and an entry of several datagrams is sent piece
 * by piece. If a piece is refused, those before it have been sent and the entry has the verdict of the refused one.
 * Multicast groups need the Linux underlay.
 *
 * <p>An address of {@code ::} receives and sends IPv4 as well. With Java 19 and later, datagrams carry the
 * don't-fragment bit, as tunnels want it, and one that is longer than the path's MTU is {@code OVERSIZE}. Older JDKs
 * cannot set the bit: a datagram longer than the interface's MTU is {@code OVERSIZE}, and the system or a router
 * fragments one that is too long for a narrower link on the path. Verdicts follow from the classes of exceptions and
 * from the English messages of the C library.
 *
 * <p>Garbage: none when sending to up to some hundred remotes from direct memory (heap memory is copied first), nor
 * when receiving from one sender at a time; some 180 bytes for each datagram from another sender than the one before,
 * which is the {@link InetSocketAddress} that the JDK creates.
 */
public final class NioUnderlay implements Underlay
{
    /** Requested in each direction, in bytes; the system may give less. Holds some 2,500 full-size datagrams. */
    private static final int SOCKET_BUFFER_LENGTH = 4 * 1024 * 1024;

    /** The most datagrams lent by one poll. */
    private static final int SLOTS = 64;

    private static final int MAX_DATAGRAM_LENGTH = 65_535;
    /** The JDK connects to a port only; no datagram is sent there. */
    private static final int DISCARD_PORT = 9;

    private static final String DONT_FRAGMENT = "IP_DONTFRAGMENT";

    private final DatagramChannel channel;
    private final Vtep local;
    private final GuardedErrorHandler errorHandler;
    private final NioSender sender;
    private final ReceiveDrops receiveDrops;
    private final boolean isNeverFragmented;
    private final Selector readable;
    private final Selector writable;
    private final FrameSlab slab = new FrameSlab(SLOTS, MAX_DATAGRAM_LENGTH);
    private final ByteBuffer[] slots = new ByteBuffer[SLOTS];

    /** Failures of the polling thread. */
    private final RepeatedFailures failures;
    private @Nullable InetSocketAddress lastSource;
    private IpAddress lastAddress = IpAddress.ANY_V4;

    private volatile boolean isWoken;
    private volatile boolean isWaiting;
    private volatile boolean isClosed;

    /**
     * Bind a socket.
     *
     * @param options of which the JDK can carry out address, port, error handler and buffer length.
     * @return the open underlay.
     * @throws UnderlayException if the address is not local, the port is taken, the system refuses, or the JDK has no
     *     way to do what an option says.
     */
    public static NioUnderlay open(final UnderlayOptions options) throws UnderlayException
    {
        Setting.notNull("options", options);
        final String missing =
            options.fragment() ? "fragment" :
            !options.checksum() ? "checksum" :
            options.acceptZeroChecksum() ? "acceptZeroChecksum" :
            options.v6Only() ? "v6Only" :
            options.multicastInterface() != null ? "multicastInterface" :
            options.sourcePortCount() > 0 ? "sourcePorts" : null;
        if (missing != null)
        {
            throw UdpAddress.cannotOpen(
                options, "NioUnderlay has no setting '" + missing + "'; leave it out, or open a LibcUnderlay", null);
        }
        return new NioUnderlay(options);
    }

    private NioUnderlay(final UnderlayOptions options) throws UnderlayException
    {
        final IpAddress address = options.local();
        final int udpPort = options.udpPort();
        errorHandler = GuardedErrorHandler.of(options.errorHandler());
        failures = new RepeatedFailures(errorHandler);
        final boolean isV4 = address.isV4();
        DatagramChannel opened = null;
        Selector readSelector = null;
        Selector writeSelector = null;
        try
        {
            opened = DatagramChannel.open(isV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            isNeverFragmented = configure(opened, options.socketBufferLengthOr(SOCKET_BUFFER_LENGTH));
            opened.bind(new InetSocketAddress(address.toInetAddress(), udpPort));
            readSelector = Selector.open();
            opened.register(readSelector, SelectionKey.OP_READ);
            writeSelector = Selector.open();
            opened.register(writeSelector, SelectionKey.OP_WRITE);
            local = new Vtep(address, ((InetSocketAddress)opened.getLocalAddress()).getPort());
        }
        // The JDK throws UnsupportedOperationException for an IP version that this host or JVM does not have.
        catch (final IOException | UnsupportedOperationException ex)
        {
            CloseHelper.quietCloseAll(readSelector, writeSelector, opened);
            throw UdpAddress.cannotBind(address, udpPort, String.valueOf(ex.getMessage()), ex);
        }
        channel = opened;
        readable = readSelector;
        writable = writeSelector;
        sender = new NioSender(
            channel, writable, isV4 || address.isAny(), !isV4, isNeverFragmented, errorHandler);
        receiveDrops = new ReceiveDrops(local);
        for (int i = 0; i < SLOTS; i++)
        {
            slots[i] = slab.frame(i).buffer().forChannel(FrameSlab.HEADROOM, slab.frameCapacity()).slice();
        }
    }

    @Override
    public Vtep local()
    {
        return local;
    }

    @Override
    public String description()
    {
        return isNeverFragmented ? "nio" : "nio, without the don't-fragment bit (needs Java 19)";
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return EnumSet.of(UnderlayFeature.TOS);
    }

    /**
     * {@inheritDoc}
     *
     * <p>This is the MTU of the interface; a route or a router on the way may have a smaller one.
     */
    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return NioSender.interfaceMtu(
            new InetSocketAddress(new IpAddress(remoteHigh, remoteLow).toInetAddress(), DISCARD_PORT));
    }

    @Override
    public long receiveDrops()
    {
        return receiveDrops.read();
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public int poll(final ReceiveBatch batch)
    {
        int count = 0;
        try
        {
            while (count < SLOTS && !batch.isFull() && !isClosed)
            {
                final ByteBuffer slot = slots[count].clear();
                final InetSocketAddress source = (InetSocketAddress)channel.receive(slot);
                if (source == null)
                {
                    break;
                }
                if (source != lastSource)
                {
                    lastSource = source;
                    lastAddress = IpAddress.of(source.getAddress());
                }
                final Frame frame = slab.frame(count).wrap(FrameSlab.HEADROOM, slot.position());
                batch.add(
                    frame, lastAddress.high(), lastAddress.low(), source.getPort(), ReceiveBatch.TOS_UNKNOWN, 0);
                count++;
            }
        }
        catch (final ClosedChannelException | PortUnreachableException ex)
        {
            // Closed meanwhile, or a remote refused an earlier datagram: the socket is not broken.
            return count;
        }
        catch (final IOException ex)
        {
            failures.report("receive on", local, ex, System.nanoTime());
        }
        return count;
    }

    @Override
    public void send(final SendBatch batch)
    {
        sender.send(batch);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The JDK waits in milliseconds: a shorter time is rounded up.
     */
    @Override
    public void await(final long timeoutNs)
    {
        if (timeoutNs > 0 && !isWoken && !isClosed)
        {
            // On an interrupted thread the selector returns at once.
            final boolean wasInterrupted = Thread.interrupted();
            isWaiting = true;
            try
            {
                if (!isWoken)
                {
                    readable.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNs)));
                    readable.selectedKeys().clear();
                }
            }
            catch (final ClosedSelectorException ex)
            {
                isClosed = true;
            }
            catch (final IOException ex)
            {
                failures.report("wait on", local, ex, System.nanoTime());
            }
            isWaiting = false;
            if (wasInterrupted)
            {
                Thread.currentThread().interrupt();
            }
        }
        isWoken = false;
    }

    @Override
    public void wake()
    {
        // Writes of the caller must be visible before an earlier wake, still unanswered, counts for this one too.
        VarHandle.fullFence();
        if (!isWoken)
        {
            isWoken = true;
        }
        if (isWaiting)
        {
            readable.wakeup();
        }
    }

    @Override
    public boolean isClosed()
    {
        return isClosed;
    }

    @Override
    public void close()
    {
        isClosed = true;
        receiveDrops.read();
        CloseHelper.closeAll(errorHandler, readable, writable, channel);
    }

    /** True if the system never fragments. */
    private static boolean configure(final DatagramChannel channel, final int bufferLength) throws IOException
    {
        boolean isNeverFragmented = false;
        channel.configureBlocking(false);
        askFor(channel, StandardSocketOptions.SO_RCVBUF, bufferLength);
        askFor(channel, StandardSocketOptions.SO_SNDBUF, bufferLength);
        for (final SocketOption<?> option : channel.supportedOptions())
        {
            if (option.name().equals(DONT_FRAGMENT) && option.type() == Boolean.class)
            {
                @SuppressWarnings("unchecked")
                final SocketOption<Boolean> dontFragment = (SocketOption<Boolean>)option;
                channel.setOption(dontFragment, true);
                isNeverFragmented = true;
            }
        }
        return isNeverFragmented;
    }

    /** Some systems give less than requested, some refuse: either is good enough. */
    private static void askFor(
        final DatagramChannel channel, final SocketOption<Integer> option, final int bufferLength)
    {
        try
        {
            channel.setOption(option, bufferLength);
        }
        catch (final IOException ignore)
        {
            return;
        }
    }
}
