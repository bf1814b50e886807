/* Generic tables: ordered sets of elements that a program compares and allocates, as AVL trees
 * ("RtlInitializeGenericTableAvl function", "RTL_AVL_TABLE structure").
 *
 * The table's own links are the parent of the root, which is their right child. An element lies behind the links of its
 * node, whose parents are known: so an enumeration needs nothing but the node it has reached. */
#include "api.h"

typedef struct RTL_BALANCED_LINKS {
    struct RTL_BALANCED_LINKS *Parent, *LeftChild, *RightChild;
    signed char Balance; /* height of the right side less that of the left */
    BYTE Reserved[3];
} RTL_BALANCED_LINKS;

typedef struct RTL_AVL_TABLE RTL_AVL_TABLE;
typedef enum { GenericLessThan, GenericGreaterThan, GenericEqual } RTL_GENERIC_COMPARE_RESULTS;
typedef enum { TableEmptyTree, TableFoundNode, TableInsertAsLeft, TableInsertAsRight } TABLE_SEARCH_RESULT;
typedef RTL_GENERIC_COMPARE_RESULTS(WINAPI *COMPARE_ROUTINE)(RTL_AVL_TABLE *table, PVOID first, PVOID second);
typedef PVOID(WINAPI *ALLOCATE_ROUTINE)(RTL_AVL_TABLE *table, ULONG size);
typedef VOID(WINAPI *FREE_ROUTINE)(RTL_AVL_TABLE *table, PVOID buffer);

struct RTL_AVL_TABLE {
    RTL_BALANCED_LINKS BalancedRoot;
    PVOID OrderedPointer;
    ULONG WhichOrderedElement, NumberGenericTableElements, DepthOfTree;
    RTL_BALANCED_LINKS *RestartKey;
    ULONG DeleteCount;
    COMPARE_ROUTINE CompareRoutine;
    ALLOCATE_ROUTINE AllocateRoutine;
    FREE_ROUTINE FreeRoutine;
    PVOID TableContext;
};
_Static_assert(sizeof(RTL_BALANCED_LINKS) == 32 && sizeof(RTL_AVL_TABLE) == 104, "layout");

static PVOID element_of(RTL_BALANCED_LINKS *node) { return node ? node + 1 : NULL; }

static RTL_BALANCED_LINKS *root_of(const RTL_AVL_TABLE *table) { return table->BalancedRoot.RightChild; }

/* ---- the tree ---- */

static void replace_child(RTL_BALANCED_LINKS *parent, RTL_BALANCED_LINKS *old, RTL_BALANCED_LINKS *new) {
    if (parent->LeftChild == old)
        parent->LeftChild = new;
    else
        parent->RightChild = new;
    if (new)
        new->Parent = parent;
}

static void set_left(RTL_BALANCED_LINKS *node, RTL_BALANCED_LINKS *child) {
    node->LeftChild = child;
    if (child)
        child->Parent = node;
}

static void set_right(RTL_BALANCED_LINKS *node, RTL_BALANCED_LINKS *child) {
    node->RightChild = child;
    if (child)
        child->Parent = node;
}

/* The right child takes the node's place, or the left one. */
static RTL_BALANCED_LINKS *rotate(RTL_BALANCED_LINKS *node, bool to_left) {
    RTL_BALANCED_LINKS *child = to_left ? node->RightChild : node->LeftChild;
    replace_child(node->Parent, node, child);
    if (to_left) {
        set_right(node, child->LeftChild);
        set_left(child, node);
    } else {
        set_left(node, child->RightChild);
        set_right(child, node);
    }
    return child;
}

/* A node whose sides differ by two; the one that takes its place. */
static RTL_BALANCED_LINKS *rebalance(RTL_BALANCED_LINKS *node) {
    signed char heavy = node->Balance > 0 ? 1 : -1;
    RTL_BALANCED_LINKS *child = heavy > 0 ? node->RightChild : node->LeftChild;
    if (child->Balance != -heavy) {
        bool was_even = !child->Balance;
        RTL_BALANCED_LINKS *top = rotate(node, heavy > 0);
        node->Balance = was_even ? heavy : 0;
        top->Balance = was_even ? (signed char)-heavy : 0;
        return top;
    }
    RTL_BALANCED_LINKS *middle = heavy > 0 ? child->LeftChild : child->RightChild;
    signed char tilt = middle->Balance;
    rotate(child, heavy < 0);
    rotate(node, heavy > 0);
    node->Balance = tilt == heavy ? (signed char)-heavy : 0;
    child->Balance = tilt == -heavy ? heavy : 0;
    middle->Balance = 0;
    return middle;
}

static void grown(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node) {
    for (RTL_BALANCED_LINKS *parent = node->Parent; parent != &table->BalancedRoot; parent = node->Parent) {
        parent->Balance = (signed char)(parent->Balance + (parent->RightChild == node ? 1 : -1));
        if (parent->Balance == 0)
            return;
        if (parent->Balance == 2 || parent->Balance == -2) {
            rebalance(parent);
            return;
        }
        node = parent;
    }
    table->DepthOfTree++;
}

/* The side of the node that has lost in height. */
static void shrunk(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node, bool right) {
    while (node != &table->BalancedRoot) {
        node->Balance = (signed char)(node->Balance + (right ? -1 : 1));
        if (node->Balance == 1 || node->Balance == -1)
            return;
        if (node->Balance) {
            node = rebalance(node);
            if (node->Balance)
                return;
        }
        right = node->Parent->RightChild == node;
        node = node->Parent;
    }
    table->DepthOfTree--;
}

static RTL_BALANCED_LINKS *first_below(RTL_BALANCED_LINKS *node) {
    while (node && node->LeftChild)
        node = node->LeftChild;
    return node;
}

static RTL_BALANCED_LINKS *next_of(const RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node) {
    if (node->RightChild)
        return first_below(node->RightChild);
    while (node->Parent != &table->BalancedRoot && node->Parent->RightChild == node)
        node = node->Parent;
    return node->Parent == &table->BalancedRoot ? NULL : node->Parent;
}

static TABLE_SEARCH_RESULT find(RTL_AVL_TABLE *table, PVOID element, RTL_BALANCED_LINKS **found) {
    RTL_BALANCED_LINKS *node = root_of(table);
    *found = node;
    while (node) {
        *found = node;
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, element, element_of(node));
        if (order == GenericEqual)
            return TableFoundNode;
        node = order == GenericLessThan ? node->LeftChild : node->RightChild;
        if (!node)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
    }
    return TableEmptyTree;
}

/* The next in order takes the place of a node with two children. */
static void unlink_node(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node) {
    RTL_BALANCED_LINKS *leaf = node->LeftChild && node->RightChild ? first_below(node->RightChild) : node;
    RTL_BALANCED_LINKS *child = leaf->LeftChild ? leaf->LeftChild : leaf->RightChild, *parent = leaf->Parent;
    bool right = parent->RightChild == leaf;
    replace_child(parent, leaf, child);
    if (leaf != node) {
        set_left(leaf, node->LeftChild);
        set_right(leaf, node->RightChild);
        leaf->Balance = node->Balance;
        replace_child(node->Parent, node, leaf);
        parent = parent == node ? leaf : parent;
    }
    shrunk(table, parent, right);
}

/* ---- API ---- */

API(ntdll, VOID, RtlInitializeGenericTableAvl, RTL_AVL_TABLE *Table, PVOID CompareRoutine, PVOID AllocateRoutine,
    PVOID FreeRoutine, PVOID TableContext) {
    *Table = (RTL_AVL_TABLE){.CompareRoutine = (COMPARE_ROUTINE)(uintptr_t)CompareRoutine,
                             .AllocateRoutine = (ALLOCATE_ROUTINE)(uintptr_t)AllocateRoutine,
                             .FreeRoutine = (FREE_ROUTINE)(uintptr_t)FreeRoutine,
                             .TableContext = TableContext};
    Table->BalancedRoot.Parent = &Table->BalancedRoot;
}

API(ntdll, PVOID, RtlLookupElementGenericTableFullAvl, RTL_AVL_TABLE *Table, PVOID Buffer, PVOID *NodeOrParent,
    TABLE_SEARCH_RESULT *SearchResult) {
    RTL_BALANCED_LINKS *node;
    *SearchResult = find(Table, Buffer, &node);
    *NodeOrParent = node;
    return *SearchResult == TableFoundNode ? element_of(node) : NULL;
}

API(ntdll, PVOID, RtlLookupElementGenericTableAvl, RTL_AVL_TABLE *Table, PVOID Buffer) {
    RTL_BALANCED_LINKS *node;
    return find(Table, Buffer, &node) == TableFoundNode ? element_of(node) : NULL;
}

/* The copy that the table keeps, or the equal element that it had. */
API(ntdll, PVOID, RtlInsertElementGenericTableFullAvl, RTL_AVL_TABLE *Table, PVOID Buffer, ULONG BufferSize,
    BOOLEAN *NewElement, PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult) {
    RTL_BALANCED_LINKS *parent = SearchResult == TableEmptyTree ? &Table->BalancedRoot : NodeOrParent;
    if (NewElement)
        *NewElement = SearchResult != TableFoundNode;
    if (SearchResult == TableFoundNode)
        return element_of(parent);
    RTL_BALANCED_LINKS *node = Table->AllocateRoutine(Table, BufferSize + (ULONG)sizeof *node);
    if (!node) {
        if (NewElement)
            *NewElement = FALSE;
        return NULL;
    }
    *node = (RTL_BALANCED_LINKS){0};
    if (SearchResult == TableInsertAsLeft)
        set_left(parent, node);
    else
        set_right(parent, node);
    memcpy(element_of(node), Buffer, BufferSize);
    Table->NumberGenericTableElements++;
    Table->OrderedPointer = NULL;
    Table->WhichOrderedElement = 0;
    grown(Table, node);
    return element_of(node);
}

API(ntdll, PVOID, RtlInsertElementGenericTableAvl, RTL_AVL_TABLE *Table, PVOID Buffer, ULONG BufferSize,
    BOOLEAN *NewElement) {
    RTL_BALANCED_LINKS *node;
    TABLE_SEARCH_RESULT result = find(Table, Buffer, &node);
    return api_RtlInsertElementGenericTableFullAvl(Table, Buffer, BufferSize, NewElement, node, result);
}

static void delete_node(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node) {
    if (table->RestartKey == node)
        table->RestartKey = next_of(table, node);
    unlink_node(table, node);
    table->NumberGenericTableElements--;
    table->DeleteCount++;
    table->OrderedPointer = NULL;
    table->WhichOrderedElement = 0;
    table->FreeRoutine(table, node);
}

API(ntdll, BOOLEAN, RtlDeleteElementGenericTableAvl, RTL_AVL_TABLE *Table, PVOID Buffer) {
    RTL_BALANCED_LINKS *node;
    if (find(Table, Buffer, &node) != TableFoundNode)
        return FALSE;
    delete_node(Table, node);
    return TRUE;
}

API(ntdll, VOID, RtlDeleteElementGenericTableAvlEx, RTL_AVL_TABLE *Table, PVOID NodeOrParent) {
    delete_node(Table, NodeOrParent);
}

/* *RestartKey is the node given last, NULL to begin. */
API(ntdll, PVOID, RtlEnumerateGenericTableWithoutSplayingAvl, RTL_AVL_TABLE *Table, PVOID *RestartKey) {
    RTL_BALANCED_LINKS *node = *RestartKey ? next_of(Table, *RestartKey) : first_below(root_of(Table));
    if (node)
        *RestartKey = node;
    return element_of(node);
}

API(ntdll, PVOID, RtlEnumerateGenericTableAvl, RTL_AVL_TABLE *Table, BOOLEAN Restart) {
    if (Restart)
        Table->RestartKey = NULL;
    return api_RtlEnumerateGenericTableWithoutSplayingAvl(Table, (PVOID *)&Table->RestartKey);
}

/* Programs count up: the element asked for last is the way to the next one. */
API(ntdll, PVOID, RtlGetElementGenericTableAvl, RTL_AVL_TABLE *Table, ULONG I) {
    if (I >= Table->NumberGenericTableElements)
        return NULL;
    RTL_BALANCED_LINKS *node = Table->OrderedPointer;
    ULONG at = Table->WhichOrderedElement - 1;
    if (!node || at > I) {
        node = first_below(root_of(Table));
        at = 0;
    }
    for (; at < I; at++)
        node = next_of(Table, node);
    Table->OrderedPointer = node;
    Table->WhichOrderedElement = I + 1;
    return element_of(node);
}

API(ntdll, ULONG, RtlNumberGenericTableElementsAvl, RTL_AVL_TABLE *Table) { return Table->NumberGenericTableElements; }

API(ntdll, BOOLEAN, RtlIsGenericTableEmptyAvl, RTL_AVL_TABLE *Table) { return !Table->NumberGenericTableElements; }
