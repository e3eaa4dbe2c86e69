// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** The instructions of a program, which refer to maps by name. Immutable. {@link #toString()} is the listing. */
public final class Code
{
    private final List<Instruction> instructions;
    private final Map<Integer, String> labels;
    private final Map<Integer, String> maps;
    private final Map<Integer, String> comments;

    Code(
        final List<Instruction> instructions,
        final Map<String, Integer> labels,
        final Map<Integer, String> maps,
        final Map<Integer, String> comments)
    {
        this.instructions = List.copyOf(instructions);
        this.labels = labels.entrySet().stream().collect(Collectors.groupingBy(
            Map.Entry::getValue, TreeMap::new, Collectors.mapping(Map.Entry::getKey, Collectors.joining(", "))));
        this.maps = Map.copyOf(maps);
        this.comments = Map.copyOf(comments);
    }

    /** @return slots of eight bytes. */
    public int length()
    {
        return instructions.size();
    }

    /** @return the names of the maps that the program uses. */
    public Set<String> maps()
    {
        return new TreeSet<>(maps.values());
    }

    /**
     * @param descriptors gives the file descriptor of a map by its name.
     * @return a word for each slot; its lowest byte is the first byte of the slot.
     */
    public long[] words(final ToIntFunction<String> descriptors)
    {
        final long[] words = new long[instructions.size()];
        for (int i = 0; i < words.length; i++)
        {
            final String map = maps.get(i);
            words[i] = instructions.get(i).word() |
                (map == null ? 0 : (long)descriptors.applyAsInt(map) << Integer.SIZE);
        }
        return words;
    }

    /**
     * @return a line for each instruction: its index, the opcode and the text, as the kernel's verifier writes them
     *         into its log; but a jump has the name of its label, and a map its own name.
     */
    @Override
    public String toString()
    {
        final StringBuilder listing = new StringBuilder();
        for (int i = 0; i < instructions.size(); i++)
        {
            final Instruction instruction = instructions.get(i);
            if (labels.containsKey(i))
            {
                listing.append(labels.get(i)).append(":\n");
            }
            if (comments.containsKey(i))
            {
                listing.append("      ; ").append(comments.get(i)).append('\n');
            }
            listing.append(String.format("%4d: (%02x) %s\n", i, instruction.opcode(), text(i)));
            i += instruction.isWide() ? 1 : 0;
        }
        return listing.toString();
    }

    private String text(final int index)
    {
        final Instruction instruction = instructions.get(index);
        if (maps.containsKey(index))
        {
            return "r" + instruction.destination() + " = map " + maps.get(index);
        }
        final Instruction next = instruction.isWide() ? instructions.get(index + 1) : instruction;
        return instruction.text(next, labels.getOrDefault(index + 1 + instruction.offset(), "?"));
    }
}
