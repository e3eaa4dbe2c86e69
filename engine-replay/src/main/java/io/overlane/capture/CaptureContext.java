// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.fate.Fate;
import io.overlane.pcap.PcapngWriter;
import io.overlane.setting.Setting;
import io.overlane.status.DropReason;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one capture: where to write, what to keep, and when to end. Setters return this. A filter that is set
 * several times passes what any of its values matches; a packet must pass all filters that are set.
 */
public final class CaptureContext
{
    /**
     * Ethernet 14, a VLAN tag 4, IPv6 40 and TCP with all options 60 are 118 bytes: the headers of nearly every packet.
     * A longer part costs memory bandwidth that a loaded engine needs itself.
     */
    public static final int DEFAULT_SNAP_LENGTH = 128;

    /** Some ten milliseconds of a million packets a second: as long as the writing thread may have to wait. */
    public static final int DEFAULT_RING_LENGTH = 8 * 1024 * 1024;

    /** The smallest {@link #ringLength(int)}. */
    public static final int MIN_RING_LENGTH = 4_096;

    /** The largest {@link #ringLength(int)}. */
    public static final int MAX_RING_LENGTH = 1 << 30;

    /** The most files of a rotation: each rotation renames all of them. */
    public static final int MAX_FILES = 1_000;

    /** The smallest {@link #maxFileLength(long)}: the header of a file and some packets. */
    public static final long MIN_FILE_LENGTH = 4_096;

    private @Nullable Path file;
    private boolean overwrites;
    private @Nullable WritableByteChannel channel;
    private String channelName = "stream";
    private int snapLength = DEFAULT_SNAP_LENGTH;
    private boolean everySegment;
    private long maxFileLength;
    private int files = 1;
    private long maxDurationNs;
    private int ringLength = DEFAULT_RING_LENGTH;
    private Fate.@Nullable Direction direction;
    private final List<Integer> vnis = new ArrayList<>();
    private final List<MacAddress> macs = new ArrayList<>();
    private final List<IpPrefix> addresses = new ArrayList<>();
    private final List<DropReason> reasons = new ArrayList<>();
    private boolean dropsOnly;
    private GuardedErrorHandler errorHandler = GuardedErrorHandler.of(null);

    @Nullable Path file()
    {
        return file;
    }

    /** @param file to create and write to; either this or {@link #channel} is set. */
    public CaptureContext file(final Path file)
    {
        this.file = Setting.notNull("file", file);
        return this;
    }

    boolean overwrites()
    {
        return overwrites;
    }

    /** @param overwrites true to replace files that exist; default false: they are an error. */
    public CaptureContext overwrites(final boolean overwrites)
    {
        this.overwrites = overwrites;
        return this;
    }

    @Nullable WritableByteChannel channel()
    {
        return channel;
    }

    String channelName()
    {
        return channelName;
    }

    /**
     * Write to a channel, which may be slow. The capture closes it, and ends when it is no longer open or a write
     * fails.
     *
     * @param channel a write of it may block; it is interrupted when the capture is closed.
     * @param name    in statistics and errors.
     */
    public CaptureContext channel(final WritableByteChannel channel, final String name)
    {
        this.channel = Setting.notNull("channel", channel);
        channelName = Setting.notNull("name", name);
        return this;
    }

    int snapLength()
    {
        return snapLength;
    }

    /**
     * @param snapLength most bytes to keep of each inner frame, 1…262144; the made-up outer headers are kept besides.
     *                   Default {@link #DEFAULT_SNAP_LENGTH}.
     */
    public CaptureContext snapLength(final int snapLength)
    {
        this.snapLength = Setting.inRange("snapLength", snapLength, 1, PcapngWriter.MAX_SNAP_LENGTH);
        return this;
    }

    boolean everySegment()
    {
        return everySegment;
    }

    /**
     * @param everySegment true to record each segment of a TCP super-frame that the engine cut; false, the
     *                     default: the super-frame is one packet of the capture, as in captures of a Linux host, and
     *                     the comment has the number of frames. Under full load, true makes 25 times as many records.
     */
    public CaptureContext everySegment(final boolean everySegment)
    {
        this.everySegment = everySegment;
        return this;
    }

    long maxFileLength()
    {
        return maxFileLength;
    }

    /**
     * @param maxFileLength bytes of a file at most; then the next file begins, or the capture ends if there is one file
     *                      only. Default 0: no limit.
     */
    public CaptureContext maxFileLength(final long maxFileLength)
    {
        this.maxFileLength =
            maxFileLength == 0 ? 0 : Setting.atLeast("maxFileLength", maxFileLength, MIN_FILE_LENGTH);
        return this;
    }

    int files()
    {
        return files;
    }

    /**
     * @param files that are kept, 1…1000. With several, a full file {@code x} is renamed to {@code x.1}, the one before
     *              to {@code x.2} and so on; the oldest is deleted. Needs {@link #maxFileLength(long)}. Default 1.
     */
    public CaptureContext files(final int files)
    {
        this.files = Setting.inRange("files", files, 1, MAX_FILES);
        return this;
    }

    long maxDurationNs()
    {
        return maxDurationNs;
    }

    /** @param maxDurationNs after which the capture ends, in nanoseconds. Default 0: no limit. */
    public CaptureContext maxDurationNs(final long maxDurationNs)
    {
        this.maxDurationNs = Setting.atLeast("maxDurationNs", maxDurationNs, 0);
        return this;
    }

    int ringLength()
    {
        return ringLength;
    }

    /**
     * @param ringLength bytes of memory between the engine's threads and the writing thread, a power of two. A packet
     *                   takes 120 bytes more than is kept of it. Default {@link #DEFAULT_RING_LENGTH}.
     * @throws IllegalArgumentException if it is no power of two, or outside 4096…1073741824.
     */
    public CaptureContext ringLength(final int ringLength)
    {
        Setting.inRange("ringLength", ringLength, MIN_RING_LENGTH, MAX_RING_LENGTH);
        if (Integer.bitCount(ringLength) != 1)
        {
            throw new IllegalArgumentException("ringLength=" + ringLength + " is no power of two");
        }
        this.ringLength = ringLength;
        return this;
    }

    Fate.@Nullable Direction direction()
    {
        return direction;
    }

    /** @param direction of the packets to keep; null, the default: both. */
    public CaptureContext direction(final Fate.@Nullable Direction direction)
    {
        this.direction = direction;
        return this;
    }

    List<Integer> vnis()
    {
        return vnis;
    }

    /** @param vni of packets to keep. */
    public CaptureContext vni(final int vni)
    {
        vnis.add(Vni.check(vni));
        return this;
    }

    List<MacAddress> macs()
    {
        return macs;
    }

    /** @param mac source or destination of frames to keep. */
    public CaptureContext mac(final MacAddress mac)
    {
        macs.add(Setting.notNull("mac", mac));
        return this;
    }

    List<IpPrefix> addresses()
    {
        return addresses;
    }

    /** @param prefix of the source or the destination of packets to keep, also in ARP; or of their remote. */
    public CaptureContext address(final IpPrefix prefix)
    {
        addresses.add(Setting.notNull("prefix", prefix));
        return this;
    }

    List<DropReason> reasons()
    {
        return reasons;
    }

    /** @param reason of the drops to keep; {@link DropReason#NONE} keeps what is not dropped. */
    public CaptureContext reason(final DropReason reason)
    {
        reasons.add(Setting.notNull("reason", reason));
        return this;
    }

    boolean dropsOnly()
    {
        return dropsOnly;
    }

    /** @param dropsOnly true to keep packets that are dropped, for any reason, and no others. Default false. */
    public CaptureContext dropsOnly(final boolean dropsOnly)
    {
        this.dropsOnly = dropsOnly;
        return this;
    }

    GuardedErrorHandler errorHandler()
    {
        return errorHandler;
    }

    /**
     * @param errorHandler gets the failure that ends a capture, such as a full disk, on the capture's thread. Default
     *                     null: it is printed to standard error.
     */
    public CaptureContext errorHandler(final @Nullable ErrorHandler errorHandler)
    {
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        return this;
    }

    /** Refuse settings that contradict each other. */
    void conclude()
    {
        if ((file == null) == (channel == null))
        {
            throw new IllegalArgumentException(
                "a capture needs either a file or a channel; it has " + (file == null ? "neither" : "both"));
        }
        if (files > 1 && (maxFileLength == 0 || file == null))
        {
            throw new IllegalArgumentException(
                "files=" + files + " needs a file and maxFileLength, after which the next one begins");
        }
    }

    String destination()
    {
        return file == null ? channelName : file.toString();
    }
}
