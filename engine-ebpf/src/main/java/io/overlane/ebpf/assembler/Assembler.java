// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

import static io.overlane.ebpf.assembler.Instruction.CLASS_ALU;
import static io.overlane.ebpf.assembler.Instruction.CLASS_ALU64;
import static io.overlane.ebpf.assembler.Instruction.CLASS_JMP;
import static io.overlane.ebpf.assembler.Instruction.CLASS_JMP32;
import static io.overlane.ebpf.assembler.Instruction.CLASS_LDX;
import static io.overlane.ebpf.assembler.Instruction.CLASS_ST;
import static io.overlane.ebpf.assembler.Instruction.CLASS_STX;
import static io.overlane.ebpf.assembler.Instruction.FROM_REGISTER;
import static io.overlane.ebpf.assembler.Instruction.MODE_ATOMIC;
import static io.overlane.ebpf.assembler.Instruction.MODE_MEMORY;
import static io.overlane.ebpf.assembler.Instruction.SWAP_BIG_ENDIAN;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the instructions of a program one after the other. Each method adds one instruction and returns the same
 * object; {@link #label} and {@link #comment} add none. Memory is little-endian, so packets need {@link #bigEndian}.
 *
 * <p>What the program may do, the kernel checks when it is loaded; this checks what an instruction can hold.
 */
public final class Assembler
{
    private final List<Instruction> instructions = new ArrayList<>();
    /** Where labels are, and the labels where jumps lead to, by the index of the instruction. */
    private final Map<String, Integer> labels = new LinkedHashMap<>();
    private final Map<Integer, String> targets = new HashMap<>();
    private final Map<Integer, String> maps = new HashMap<>();
    private final Map<Integer, String> comments = new HashMap<>();

    /**
     * The next instruction has a name, to which jumps before and after it lead.
     *
     * @throws IllegalArgumentException if another instruction has this name.
     */
    public Assembler label(final String name)
    {
        if (labels.putIfAbsent(name, instructions.size()) != null)
        {
            throw new IllegalArgumentException("label '" + name + "' is used twice; give one of them another name");
        }
        return this;
    }

    /** @param text that the listing shows above the next instruction; one line. */
    public Assembler comment(final String text)
    {
        comments.put(instructions.size(), text);
        return this;
    }

    /** {@code destination = destination operation source}, with 64 bits. */
    public Assembler alu(final Alu operation, final Register destination, final Register source)
    {
        return add(CLASS_ALU64 | operation.code | FROM_REGISTER, destination.ordinal(), source.ordinal(), 0, 0);
    }

    /** {@code destination = destination operation constant}, with 64 bits; the constant is extended by its sign. */
    public Assembler alu(final Alu operation, final Register destination, final int constant)
    {
        return add(CLASS_ALU64 | operation.code, destination.ordinal(), 0, 0, constant);
    }

    /** {@code destination = destination operation source}, with 32 bits; the upper half becomes 0. */
    public Assembler alu32(final Alu operation, final Register destination, final Register source)
    {
        return add(CLASS_ALU | operation.code | FROM_REGISTER, destination.ordinal(), source.ordinal(), 0, 0);
    }

    /** {@code destination = destination operation constant}, with 32 bits; the upper half becomes 0. */
    public Assembler alu32(final Alu operation, final Register destination, final int constant)
    {
        return add(CLASS_ALU | operation.code, destination.ordinal(), 0, 0, constant);
    }

    /**
     * Turn the lower bytes of a register from big-endian to the machine's byte order, or back.
     *
     * @param width of the bytes, not {@link Width#BYTE}; those above become 0.
     */
    public Assembler bigEndian(final Register register, final Width width)
    {
        if (width == Width.BYTE)
        {
            throw new IllegalArgumentException("one byte has no byte order; leave this instruction out");
        }
        return add(CLASS_ALU | SWAP_BIG_ENDIAN, register.ordinal(), 0, 0, width.bytes * Byte.SIZE);
    }

    /** {@code destination = constant}, with all its 64 bits. */
    public Assembler constant(final Register destination, final long constant)
    {
        add(Instruction.CONSTANT, destination.ordinal(), 0, 0, (int)constant);
        instructions.add(new Instruction(0, 0, 0, 0, (int)(constant >>> Integer.SIZE)));
        return this;
    }

    /**
     * {@code destination = map}, for helpers.
     *
     * @param name by which the map is given when the program is loaded.
     */
    public Assembler map(final Register destination, final String name)
    {
        maps.put(instructions.size(), name);
        add(Instruction.CONSTANT, destination.ordinal(), Instruction.SOURCE_MAP, 0, 0);
        instructions.add(new Instruction(0, 0, 0, 0, 0));
        return this;
    }

    /** {@code destination = *(base + offset)}; the upper bytes become 0. */
    public Assembler load(final Width width, final Register destination, final Register base, final int offset)
    {
        return add(CLASS_LDX | MODE_MEMORY | width.code, destination.ordinal(), base.ordinal(), offset, 0);
    }

    /** {@code *(base + offset) = source}. */
    public Assembler store(final Width width, final Register base, final int offset, final Register source)
    {
        return add(CLASS_STX | MODE_MEMORY | width.code, base.ordinal(), source.ordinal(), offset, 0);
    }

    /** {@code *(base + offset) = constant}, extended by its sign. */
    public Assembler store(final Width width, final Register base, final int offset, final int constant)
    {
        return add(CLASS_ST | MODE_MEMORY | width.code, base.ordinal(), 0, offset, constant);
    }

    /**
     * {@code *(base + offset) += source}, as one step for all CPUs.
     *
     * @param width {@link Width#WORD} or {@link Width#LONG}.
     */
    public Assembler atomicAdd(final Width width, final Register base, final int offset, final Register source)
    {
        if (width.bytes < Integer.BYTES)
        {
            throw new IllegalArgumentException("an atomic sum has 4 or 8 bytes, not " + width.bytes);
        }
        return add(CLASS_STX | MODE_ATOMIC | width.code, base.ordinal(), source.ordinal(), offset, 0);
    }

    /** Go on at a label. */
    public Assembler jump(final String label)
    {
        return jump(CLASS_JMP, 0, 0, 0, label);
    }

    /** Go on at a label if the comparison of 64 bits holds. */
    public Assembler jump(final Condition condition, final Register first, final Register second, final String label)
    {
        return jump(CLASS_JMP | condition.code | FROM_REGISTER, first.ordinal(), second.ordinal(), 0, label);
    }

    /** Go on at a label if the comparison of 64 bits holds; the constant is extended by its sign. */
    public Assembler jump(final Condition condition, final Register first, final int constant, final String label)
    {
        return jump(CLASS_JMP | condition.code, first.ordinal(), 0, constant, label);
    }

    /** Go on at a label if the comparison of the lower 32 bits holds. */
    public Assembler jump32(final Condition condition, final Register first, final Register second, final String label)
    {
        return jump(CLASS_JMP32 | condition.code | FROM_REGISTER, first.ordinal(), second.ordinal(), 0, label);
    }

    /** Go on at a label if the comparison of the lower 32 bits holds. */
    public Assembler jump32(final Condition condition, final Register first, final int constant, final String label)
    {
        return jump(CLASS_JMP32 | condition.code, first.ordinal(), 0, constant, label);
    }

    /** Call a helper with R1 to R5; the result is in R0. */
    public Assembler call(final Helper helper)
    {
        return add(CLASS_JMP | Instruction.CALL, 0, 0, 0, helper.number);
    }

    /** End the program; R0 is its result. */
    public Assembler exit()
    {
        return add(CLASS_JMP | Instruction.EXIT, 0, 0, 0, 0);
    }

    /**
     * @return the program.
     * @throws IllegalArgumentException if a jump has a label that is nowhere, or that is too far away.
     */
    public Code code()
    {
        final List<Instruction> linked = new ArrayList<>(instructions);
        targets.forEach((index, label) ->
        {
            final Integer target = labels.get(label);
            if (target == null || target == instructions.size())
            {
                throw new IllegalArgumentException("no instruction has the label '" + label + "'");
            }
            // The machine counts from the instruction after the jump.
            linked.set(index, linked.get(index).withOffset(half("the jump to '" + label + "'", target - index - 1)));
        });
        return new Code(linked, labels, maps, comments);
    }

    private Assembler jump(
        final int opcode, final int first, final int second, final int constant, final String label)
    {
        targets.put(instructions.size(), label);
        return add(opcode, first, second, 0, constant);
    }

    private Assembler add(
        final int opcode, final int destination, final int source, final int offset, final int immediate)
    {
        instructions.add(new Instruction(opcode, destination, source, half("the offset", offset), immediate));
        return this;
    }

    private static int half(final String what, final int value)
    {
        if (value != (short)value)
        {
            throw new IllegalArgumentException(
                what + " is " + value + ", outside " + Short.MIN_VALUE + "..." + Short.MAX_VALUE);
        }
        return value;
    }
}
