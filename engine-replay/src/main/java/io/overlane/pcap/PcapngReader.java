// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapFormat.MAX_CAPTURED_LENGTH;
import static io.overlane.pcap.PcapngFormat.CALL_BLOCK;
import static io.overlane.pcap.PcapngFormat.CALL_BLOCK_2;
import static io.overlane.pcap.PcapngFormat.CUSTOM_BLOCK;
import static io.overlane.pcap.PcapngFormat.DEFAULT_RESOLUTION;
import static io.overlane.pcap.PcapngFormat.INTERFACE_BLOCK;
import static io.overlane.pcap.PcapngFormat.INTERFACE_DESCRIPTION;
import static io.overlane.pcap.PcapngFormat.INTERFACE_LENGTH;
import static io.overlane.pcap.PcapngFormat.INTERFACE_NAME;
import static io.overlane.pcap.PcapngFormat.INTERFACE_RESOLUTION;
import static io.overlane.pcap.PcapngFormat.INTERFACE_TIME_OFFSET;
import static io.overlane.pcap.PcapngFormat.JOURNAL_BLOCK;
import static io.overlane.pcap.PcapngFormat.LARGE_CALL_BLOCK;
import static io.overlane.pcap.PcapngFormat.MAX_INTERFACES;
import static io.overlane.pcap.PcapngFormat.OLD_PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.OPTION_COMMENT;
import static io.overlane.pcap.PcapngFormat.OPTION_END;
import static io.overlane.pcap.PcapngFormat.PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.PACKET_DROP_COUNT;
import static io.overlane.pcap.PcapngFormat.PACKET_FLAGS;
import static io.overlane.pcap.PcapngFormat.PACKET_ID;
import static io.overlane.pcap.PcapngFormat.PACKET_LENGTH;
import static io.overlane.pcap.PcapngFormat.PRIVATE_BLOCK;
import static io.overlane.pcap.PcapngFormat.SECTION_APPLICATION;
import static io.overlane.pcap.PcapngFormat.SECTION_BLOCK;
import static io.overlane.pcap.PcapngFormat.SECTION_LENGTH;
import static io.overlane.pcap.PcapngFormat.SIMPLE_PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.SIMPLE_PACKET_LENGTH;
import static io.overlane.pcap.PcapngFormat.VERSION_MAJOR;
import static io.overlane.pcap.PcapngFormat.padded;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pcapng file: any number of sections in either byte order, of interfaces and of packet blocks of all three
 * kinds. Skips other blocks and unknown options.
 */
final class PcapngReader extends CaptureReader
{
    private final PcapngBlocks blocks;
    private final List<PcapngInterface> interfaces = new ArrayList<>();
    private String application = "";

    private int interfaceId;
    private String interfaceName = "";
    private String interfaceDescription = "";
    private int flags;
    private long packetId;
    private long dropCount;
    private @Nullable String comment;

    /** Reads the header of the first section, so that a file which only starts like one is refused at once. */
    PcapngReader(final CaptureInput input) throws IOException
    {
        super(input);
        blocks = new PcapngBlocks(input);
        blocks.next();
        section();
    }

    @Override
    public boolean next() throws IOException
    {
        length = 0;
        while (true)
        {
            switch (blocks.next())
            {
                case OPTION_END ->
                {
                    return false;
                }
                case PACKET_BLOCK ->
                {
                    recordNumber++;
                    packet(blocks.int32(0));
                    return true;
                }
                case OLD_PACKET_BLOCK ->
                {
                    recordNumber++;
                    packet(blocks.int16(0));
                    return true;
                }
                case SIMPLE_PACKET_BLOCK ->
                {
                    recordNumber++;
                    simplePacket();
                    return true;
                }
                case SECTION_BLOCK -> section();
                case INTERFACE_BLOCK -> addInterface();
                case JOURNAL_BLOCK, CALL_BLOCK, CALL_BLOCK_2, LARGE_CALL_BLOCK, CUSTOM_BLOCK, PRIVATE_BLOCK ->
                    recordNumber++;
                default ->
                {
                    // Of no interest.
                }
            }
        }
    }

    @Override
    public String application()
    {
        return application;
    }

    @Override
    public int interfaceId()
    {
        return interfaceId;
    }

    @Override
    public String interfaceName()
    {
        return interfaceName;
    }

    @Override
    public String interfaceDescription()
    {
        return interfaceDescription;
    }

    @Override
    public Direction direction()
    {
        return Direction.of(flags);
    }

    @Override
    public long packetId()
    {
        return packetId;
    }

    @Override
    public long dropCount()
    {
        return dropCount;
    }

    @Override
    public @Nullable String comment()
    {
        return comment;
    }

    private void section() throws PcapException
    {
        final int major = blocks.int16(4);
        if (major != VERSION_MAJOR)
        {
            throw new PcapException(name() + ": pcapng version " + major + "." + blocks.int16(6) +
                " at byte " + blocks.start() + " is not read here");
        }
        interfaces.clear();
        application = "";
        blocks.options(SECTION_LENGTH, (code, value, valueLength) ->
        {
            if (code == SECTION_APPLICATION)
            {
                application = blocks.text(value, valueLength);
            }
        });
    }

    private void addInterface() throws PcapException
    {
        if (interfaces.size() == MAX_INTERFACES)
        {
            throw blocks.damaged("is one interface more than " + MAX_INTERFACES);
        }
        final InterfaceOptions options = new InterfaceOptions();
        blocks.options(INTERFACE_LENGTH, options);
        interfaces.add(new PcapngInterface(
            blocks.int16(0), blocks.int32(4), options.name, options.description, options.resolution,
            options.timeOffsetSeconds));
    }

    private void packet(final long id) throws PcapException
    {
        select(id);
        final long time = blocks.int32(4) << Integer.SIZE | blocks.int32(8);
        final long nanoseconds = interfaces.get(interfaceId).nanoseconds(time);
        if (nanoseconds == PcapngInterface.OUT_OF_RANGE)
        {
            throw blocks.damaged("has a time outside the years 1970...2262");
        }
        timestampNs = nanoseconds;
        captured(blocks.int32(12), blocks.int32(16), PACKET_LENGTH);
        blocks.options(PACKET_LENGTH + padded(length), this::packetOption);
    }

    private void simplePacket() throws PcapException
    {
        select(0);
        final long snapLength = interfaces.get(0).snapLength();
        final long original = blocks.int32(0);
        captured(snapLength == 0 ? original : Math.min(original, snapLength), original, SIMPLE_PACKET_LENGTH);
    }

    private void select(final long id) throws PcapException
    {
        if (id >= interfaces.size())
        {
            throw blocks.damaged(
                "is of interface " + id + ", and its section has " + interfaces.size() + " until there");
        }
        interfaceId = (int)id;
        linkType = interfaces.get(interfaceId).linkType();
        interfaceName = interfaces.get(interfaceId).name();
        interfaceDescription = interfaces.get(interfaceId).description();
        flags = 0;
        packetId = NO_PACKET_ID;
        dropCount = 0;
        comment = null;
    }

    private void captured(final long captured, final long original, final int headerLength) throws PcapException
    {
        if (captured > MAX_CAPTURED_LENGTH || captured > blocks.bodyLength() - headerLength)
        {
            throw blocks.damaged(
                "claims a packet of " + captured + " bytes, and its body has " + blocks.bodyLength());
        }
        offset = blocks.body(headerLength);
        length = (int)captured;
        originalLength = original;
    }

    private void packetOption(final int code, final int value, final int valueLength) throws PcapException
    {
        switch (code)
        {
            case OPTION_COMMENT ->
            {
                final String text = blocks.text(value, valueLength);
                comment = comment == null ? text : comment + "\n" + text;
            }
            case PACKET_FLAGS ->
            {
                blocks.requireLength("epb_flags", valueLength, Integer.BYTES);
                flags = buffer().getInt(value, blocks.order());
            }
            case PACKET_DROP_COUNT ->
            {
                blocks.requireLength("epb_dropcount", valueLength, Long.BYTES);
                dropCount = buffer().getLong(value, blocks.order());
            }
            case PACKET_ID ->
            {
                blocks.requireLength("epb_packetid", valueLength, Long.BYTES);
                packetId = buffer().getLong(value, blocks.order());
            }
            default ->
            {
                // Of no interest.
            }
        }
    }

    /** The options of an interface, with what holds if they are missing. */
    private final class InterfaceOptions implements PcapngBlocks.OptionConsumer
    {
        private String name = "";
        private String description = "";
        private int resolution = DEFAULT_RESOLUTION;
        private long timeOffsetSeconds;

        @Override
        public void onOption(final int code, final int value, final int valueLength) throws PcapException
        {
            switch (code)
            {
                case INTERFACE_NAME -> name = blocks.text(value, valueLength);
                case INTERFACE_DESCRIPTION -> description = blocks.text(value, valueLength);
                case INTERFACE_RESOLUTION ->
                {
                    blocks.requireLength("if_tsresol", valueLength, Byte.BYTES);
                    resolution = buffer().getByte(value) & 0xFF;
                    if (!PcapngInterface.isResolution(resolution))
                    {
                        throw blocks.damaged(
                            String.format("has if_tsresol 0x%02x, which 64 bits cannot count", resolution));
                    }
                }
                case INTERFACE_TIME_OFFSET ->
                {
                    blocks.requireLength("if_tsoffset", valueLength, Long.BYTES);
                    timeOffsetSeconds = buffer().getLong(value, blocks.order());
                }
                default ->
                {
                    // Of no interest.
                }
            }
        }
    }
}
