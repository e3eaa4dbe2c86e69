// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import io.overlane.address.IpPrefix;
import io.overlane.memory.MemoryBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes a program of the classic Berkeley Packet Filter that accepts datagrams by their outer source address. For each
 * length of prefix it cuts the source to that length and compares it with each prefix:
 *
 * <pre>
 *   IP version ─┬─ 4 ─► [ source &amp; mask = prefix? … ] for each length, else drop
 *               └─ 6 ─► [ hash of (source &amp; mask) = hash of prefix? … ] for each length, else drop
 * </pre>
 *
 * An IPv6 address is compared by a hash of 32 bits, because comparing all its words would make the program four times
 * as long, and the kernel limits its size. Another address passes too with a chance of 1 in 4 billion for each prefix;
 * the factors of the hash are random, so that nobody can look for such an address. The version is read from the packet,
 * because a socket bound to "::" receives IPv4 too.
 */
final class SourceProgram
{
    /** {@code struct sock_fprog}: count 2, padding 6, pointer 8. */
    static final int FPROG_SIZE = 16;

    private static final int POINTER_OFFSET = 8;
    /** {@code struct sock_filter}: code 2, jump if true 1, jump if false 1, operand 4. */
    private static final int INSTRUCTION_SIZE = 8;

    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_X_MEMORY = 0x61;
    private static final int STORE = 0x02;
    private static final int ADD_X = 0x0c;
    private static final int MULTIPLY = 0x24;
    private static final int AND = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP = 0x05;
    private static final int JUMP_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    /** SKF_NET_OFF: the beginning of the IP header, wherever the program's data begins. */
    private static final int IP_HEADER = -0x100000;
    private static final int SOURCE_V4 = IP_HEADER + 12;
    private static final int SOURCE_V6 = IP_HEADER + 8;
    private static final int WORDS_V6 = 4;
    private static final int DROP = 0;
    private static final int ACCEPT = -1;

    private final int[] factors = new SecureRandom().ints(WORDS_V6).map(factor -> factor | 1).toArray();
    private final List<Long> instructions = new ArrayList<>();

    private SourceProgram()
    {
    }

    /**
     * @param sources prefixes of accepted addresses.
     * @return {@code struct sock_fprog}, followed by the program that it points to.
     */
    static MemoryBuffer of(final Set<IpPrefix> sources)
    {
        final SourceProgram v4 = new SourceProgram();
        byLength(sources, true).forEach(v4::addV4);
        v4.add(RETURN, 0, 0, DROP);
        final SourceProgram v6 = new SourceProgram();
        byLength(sources, false).forEach(v6::addV6);
        v6.add(RETURN, 0, 0, DROP);

        final SourceProgram whole = new SourceProgram();
        whole.add(LOAD_BYTE, 0, 0, IP_HEADER);
        whole.add(SHIFT_RIGHT, 0, 0, 4);
        whole.add(JUMP_EQUAL, 1, 0, 4);
        whole.add(JUMP, 0, 0, v4.instructions.size());
        whole.instructions.addAll(v4.instructions);
        whole.instructions.addAll(v6.instructions);
        return whole.toBuffer();
    }

    private static Map<Integer, List<IpPrefix>> byLength(final Set<IpPrefix> sources, final boolean isV4)
    {
        return sources.stream()
            .filter(prefix -> prefix.address().isV4() == isV4)
            .collect(Collectors.groupingBy(IpPrefix::length, TreeMap::new, Collectors.toList()));
    }

    private void addV4(final int length, final List<IpPrefix> prefixes)
    {
        add(LOAD_WORD, 0, 0, SOURCE_V4);
        add(AND, 0, 0, mask(length));
        prefixes.forEach(prefix -> acceptIf(prefix.address().v4() & mask(length)));
    }

    private void addV6(final int length, final List<IpPrefix> prefixes)
    {
        for (int i = 0; i < WORDS_V6; i++)
        {
            add(LOAD_WORD, 0, 0, SOURCE_V6 + i * Integer.BYTES);
            add(AND, 0, 0, mask(length - i * Integer.SIZE));
            add(MULTIPLY, 0, 0, factors[i]);
            if (i > 0)
            {
                add(LOAD_X_MEMORY, 0, 0, 0);
                add(ADD_X, 0, 0, 0);
            }
            add(STORE, 0, 0, 0);
        }
        prefixes.forEach(prefix -> acceptIf(hash(prefix)));
    }

    private int hash(final IpPrefix prefix)
    {
        int hash = 0;
        for (int i = 0; i < WORDS_V6; i++)
        {
            final long half = i < 2 ? prefix.address().high() : prefix.address().low();
            final int word = (int)(i % 2 == 0 ? half >>> Integer.SIZE : half);
            hash += (word & mask(prefix.length() - i * Integer.SIZE)) * factors[i];
        }
        return hash;
    }

    /** The mask for this number of leading bits of a word; less than 0 counts as 0, more than 32 as 32. */
    private static int mask(final int bits)
    {
        return bits <= 0 ? 0 : bits >= Integer.SIZE ? -1 : -1 << Integer.SIZE - bits;
    }

    private void acceptIf(final int value)
    {
        add(JUMP_EQUAL, 0, 1, value);
        add(RETURN, 0, 0, ACCEPT);
    }

    private void add(final int code, final int ifTrue, final int ifFalse, final int operand)
    {
        // In the order of memory on a little-endian machine.
        instructions.add(code | ifTrue << 16 | ifFalse << 24 | (long)operand << Integer.SIZE);
    }

    private MemoryBuffer toBuffer()
    {
        final MemoryBuffer memory = MemoryBuffer.allocate(
            FPROG_SIZE + instructions.size() * INSTRUCTION_SIZE, INSTRUCTION_SIZE);
        memory.putShort(0, (short)instructions.size());
        memory.putLong(POINTER_OFFSET, memory.addressOffset() + FPROG_SIZE);
        for (int i = 0; i < instructions.size(); i++)
        {
            memory.putLong(FPROG_SIZE + i * INSTRUCTION_SIZE, instructions.get(i));
        }
        return memory;
    }
}
