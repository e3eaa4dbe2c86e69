package io.overlane.fdb;

/** What was learned in one segment, by the remote that holds it. */
final class Share
{
    private final Ranking holders = new Ranking();
    private final SeenLists lists;
    private int learned;
    private int limit = Integer.MAX_VALUE;

    Share(final EntryRecords records)
    {
        lists = new SeenLists(records);
    }

    Ranking holders()
    {
        return holders;
    }

    SeenLists lists()
    {
        return lists;
    }

    int learned()
    {
        return learned;
    }

    boolean isFull()
    {
        return learned >= limit;
    }

    void limit(final int limit)
    {
        this.limit = limit;
    }

    void add(final int holder, final int slot)
    {
        lists.append(holder, slot);
        holders.increment(holder);
        learned++;
    }

    void remove(final int holder, final int slot)
    {
        lists.remove(holder, slot);
        holders.decrement(holder);
        learned--;
    }
}
