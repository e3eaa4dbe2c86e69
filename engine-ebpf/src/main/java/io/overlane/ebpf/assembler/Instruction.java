// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

/**
 * One slot of eight bytes (RFC 9669 §3). A constant of 64 bits takes two; the second has its upper half.
 *
 * <pre>
 *  0        1          2        4           8
 *  +--------+----+-----+--------+-----------+
 *  | opcode |dst | src | offset | immediate |   little-endian; dst is in the low half of its byte
 *  +--------+----+-----+--------+-----------+
 * </pre>
 */
record Instruction(int opcode, int destination, int source, int offset, int immediate)
{
    static final int SIZE = 8;

    // Classes, in the lower three bits of the opcode.
    static final int CLASS_LD = 0;
    static final int CLASS_LDX = 1;
    static final int CLASS_ST = 2;
    static final int CLASS_STX = 3;
    static final int CLASS_ALU = 4;
    static final int CLASS_JMP = 5;
    static final int CLASS_JMP32 = 6;
    static final int CLASS_ALU64 = 7;

    /** The second operand is a register, not the immediate. */
    static final int FROM_REGISTER = 0x08;
    static final int MODE_MEMORY = 0x60;
    static final int MODE_ATOMIC = 0xc0;
    static final int SWAP_BIG_ENDIAN = 0xd8;
    static final int CALL = 0x80;
    static final int EXIT = 0x90;
    /** LD of a constant of 64 bits. */
    static final int CONSTANT = 0x18;
    /** As the source register of {@link #CONSTANT}: the immediate is the descriptor of a map. */
    static final int SOURCE_MAP = 1;

    private static final int CLASS_MASK = 7;
    private static final int OPERATION_MASK = 0xf0;
    private static final int WIDTH_MASK = 0x18;

    Instruction withOffset(final int newOffset)
    {
        return new Instruction(opcode, destination, source, newOffset, immediate);
    }

    /** The bytes, first one lowest. */
    long word()
    {
        return opcode | destination << 8 | source << 12 | (offset & 0xffffL) << 16 | (long)immediate << Integer.SIZE;
    }

    boolean isWide()
    {
        return opcode == CONSTANT;
    }

    /**
     * As the kernel's verifier writes it into its log.
     *
     * @param next   second slot of a wide instruction, else unused.
     * @param target place that a jump leads to.
     */
    String text(final Instruction next, final String target)
    {
        return switch (opcode & CLASS_MASK)
        {
            case CLASS_ALU -> arithmetic(false);
            case CLASS_ALU64 -> arithmetic(true);
            case CLASS_JMP -> jump(true, target);
            case CLASS_JMP32 -> jump(false, target);
            case CLASS_LDX -> register(destination) + " = " + memory(source);
            case CLASS_ST -> memory(destination) + " = " + immediate;
            case CLASS_STX -> store();
            default -> register(destination) + " = 0x" +
                Long.toHexString(immediate & 0xffff_ffffL | (long)next.immediate << Integer.SIZE);
        };
    }

    private String arithmetic(final boolean is64)
    {
        final String first = Register.values()[destination].text(is64);
        if (opcode == (CLASS_ALU | SWAP_BIG_ENDIAN))
        {
            return register(destination) + " = be" + immediate + " " + register(destination);
        }
        for (final Alu operation : Alu.values())
        {
            if (operation.code == (opcode & OPERATION_MASK))
            {
                return first + " " + operation.sign + " " + operand(is64, String.valueOf(immediate));
            }
        }
        throw new IllegalStateException("opcode 0x" + Integer.toHexString(opcode));
    }

    private String jump(final boolean is64, final String target)
    {
        switch (opcode & OPERATION_MASK)
        {
            case 0:
                return "goto " + target;

            case CALL:
                return "call " + Helper.text(immediate);

            case EXIT:
                return "exit";

            default:
                break;
        }
        for (final Condition condition : Condition.values())
        {
            if (condition.code == (opcode & OPERATION_MASK))
            {
                return "if " + Register.values()[destination].text(is64) + " " + condition.sign + " " +
                    operand(is64, "0x" + Integer.toHexString(immediate)) + " goto " + target;
            }
        }
        throw new IllegalStateException("opcode 0x" + Integer.toHexString(opcode));
    }

    private String store()
    {
        final boolean isAtomic = (opcode & MODE_ATOMIC) == MODE_ATOMIC;
        return (isAtomic ? "lock " : "") + memory(destination) + (isAtomic ? " += " : " = ") + register(source);
    }

    private String operand(final boolean is64, final String constant)
    {
        return (opcode & FROM_REGISTER) == 0 ? constant : Register.values()[source].text(is64);
    }

    private String memory(final int base)
    {
        for (final Width width : Width.values())
        {
            if (width.code == (opcode & WIDTH_MASK))
            {
                return "*(" + width.text() + " *)(" + register(base) + (offset < 0 ? " " : " +") + offset + ")";
            }
        }
        throw new IllegalStateException("opcode 0x" + Integer.toHexString(opcode));
    }

    private static String register(final int number)
    {
        return Register.values()[number].text(true);
    }
}
