//! The allocator of pure plugins: it hands out memory in order and takes none
//! back, but for the block that it handed out last.
//!
//! A pure plugin lives for one call of some tens of microseconds, in a memory
//! that the host wipes and reuses afterwards, so that the end of the call frees
//! everything. The allocator of the standard library is made for long lives: it
//! leaves the rest of the first pages unused and asks for more at once, and to
//! grow a memory and to shrink it for the next call are system calls that cost
//! more than a small plugin computes.
//!
//! What it means for a plugin: memory that is freed counts until the call ends,
//! against `limits.memory-mib` of the manifest. The last block is the exception:
//! it grows and shrinks in place, so that a text or a list that is written to
//! its end costs its length once, and a block that is freed before another is
//! taken costs nothing. A loop that builds and drops large things side by side
//! should reuse them.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes of a WebAssembly page.
const PAGE: usize = 64 << 10;
/// Pages by which the memory grows at once at most, unless one block needs more.
const MOST_PAGES: usize = 16;

/// Where the linear memory ends, and how it grows.
pub(crate) trait Memory {
    /// The first address behind the plugin's own data.
    fn base(&self) -> usize;
    /// How many pages there are.
    fn pages(&self) -> usize;
    /// Adds pages at the end; false: the host allows no more.
    fn grow(&self, pages: usize) -> bool;
}

/// What is taken of a memory: everything below `next`. A component has one
/// thread; atomics are what a static may hold, and cost nothing there.
pub(crate) struct Bump<M> {
    memory: M,
    next: AtomicUsize,
    end: AtomicUsize,
}

impl<M: Memory> Bump<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self { memory, next: AtomicUsize::new(0), end: AtomicUsize::new(0) }
    }

    /// The address of `size` free bytes; `None` when there is no more memory.
    /// `align` is a power of two.
    pub(crate) fn take(&self, size: usize, align: usize) -> Option<usize> {
        let place = |next: usize| {
            let start = next.checked_add(align - 1)? & !(align - 1);
            Some((start, start.checked_add(size)?))
        };
        let (mut start, mut after) = place(self.next.load(Relaxed))?;
        if after > self.end.load(Relaxed) {
            if self.end.load(Relaxed) == 0 {
                self.next.store(self.memory.base(), Relaxed);
                self.end.store(self.memory.pages() * PAGE, Relaxed);
                (start, after) = place(self.memory.base())?;
            }
            self.reach(after)?;
        }
        self.next.store(after, Relaxed);
        Some(start)
    }

    /// Gives a block back. Only the last one is free for others.
    pub(crate) fn give_back(&self, start: usize, size: usize) {
        if start + size == self.next.load(Relaxed) {
            self.next.store(start, Relaxed);
        }
    }

    /// Makes a block larger or smaller where it is; false: it is not the last
    /// one, or there is no room.
    pub(crate) fn resize(&self, start: usize, size: usize, new_size: usize) -> bool {
        if start + size != self.next.load(Relaxed) {
            return new_size <= size;
        }
        let Some(after) = start.checked_add(new_size) else { return false };
        let fits = self.reach(after).is_some();
        if fits {
            self.next.store(after, Relaxed);
        }
        fits
    }

    /// Grows the memory until it holds the address before `after`: to twice its
    /// size while it is small, so that few calls grow it more than once.
    fn reach(&self, after: usize) -> Option<()> {
        let end = self.end.load(Relaxed);
        if after <= end {
            return Some(());
        }
        let needed = (after - end).div_ceil(PAGE);
        let wanted = needed.max((end / PAGE).min(MOST_PAGES));
        let grown = [wanted, needed].into_iter().find(|&pages| self.memory.grow(pages))?;
        self.end.store(end.checked_add(grown * PAGE)?, Relaxed);
        Some(())
    }
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
#[expect(unsafe_code, reason = "an allocator deals in addresses")]
mod component {
    use std::alloc::{GlobalAlloc, Layout};
    use std::arch::wasm32;
    use std::ptr;

    use super::{Bump, Memory};

    struct Linear;

    unsafe extern "C" {
        /// Put by the linker at the end of the data; nothing is stored there.
        static __heap_base: u8;
    }

    impl Memory for Linear {
        fn base(&self) -> usize {
            (&raw const __heap_base).expose_provenance()
        }

        fn pages(&self) -> usize {
            wasm32::memory_size(0)
        }

        fn grow(&self, pages: usize) -> bool {
            wasm32::memory_grow(0, pages) != usize::MAX
        }
    }

    // SAFETY: `take` returns addresses behind everything that was taken before
    // and not given back, aligned, within the memory; `resize` only says yes
    // when the block ends where the free memory begins, or shrinks.
    unsafe impl GlobalAlloc for Bump<Linear> {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            self.take(layout.size(), layout.align()).map_or(ptr::null_mut(), ptr::with_exposed_provenance_mut)
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            self.give_back(block.addr(), layout.size());
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
            if self.resize(block.addr(), layout.size(), new_size) {
                return block;
            }
            let Some(start) = self.take(new_size, layout.align()) else { return ptr::null_mut() };
            let moved = ptr::with_exposed_provenance_mut(start);
            // SAFETY: the old block is as long as the layout says, the new one
            // is longer (or else it had been resized) and lies behind it.
            unsafe { ptr::copy_nonoverlapping(block, moved, layout.size()) };
            moved
        }
    }

    #[global_allocator]
    static ALLOCATOR: Bump<Linear> = Bump::new(Linear);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A memory of two pages, of which 1,000 bytes are data.
    struct Pages {
        now: Cell<usize>,
        most: usize,
    }

    impl Memory for Pages {
        fn base(&self) -> usize {
            1_000
        }

        fn pages(&self) -> usize {
            self.now.get()
        }

        fn grow(&self, pages: usize) -> bool {
            let after = self.now.get() + pages;
            let allowed = after <= self.most;
            if allowed {
                self.now.set(after);
            }
            allowed
        }
    }

    fn bump(most: usize) -> Bump<Pages> {
        Bump::new(Pages { now: Cell::new(2), most })
    }

    #[test]
    fn blocks_follow_the_data_aligned_and_one_after_the_other() {
        let bump = bump(2);
        assert_eq!(bump.take(3, 1), Some(1_000));
        assert_eq!(bump.take(8, 8), Some(1_008));
        assert_eq!(bump.take(1, 4_096), Some(4_096));
        assert_eq!(bump.take(1, 1), Some(4_097));
    }

    #[test]
    fn the_first_pages_are_used_to_the_last_byte_before_the_memory_grows() {
        let bump = bump(4);
        assert_eq!(bump.take(2 * PAGE - 1_000, 1), Some(1_000));
        assert_eq!(bump.memory.pages(), 2);
        assert_eq!(bump.take(1, 1), Some(2 * PAGE));
        assert_eq!(bump.memory.pages(), 4, "twice as large");
    }

    #[test]
    fn a_memory_that_may_not_double_grows_by_what_is_needed_and_then_not_at_all() {
        let bump = bump(3);
        assert!(bump.take(2 * PAGE, 1).is_some());
        assert_eq!(bump.memory.pages(), 3);
        assert_eq!(bump.take(PAGE, 1), None);
        assert!(bump.take(1_000, 1).is_some(), "what is left can be taken still");
    }

    #[test]
    fn one_block_may_need_more_than_the_usual_step() {
        let bump = bump(1_000);
        assert!(bump.take(100 * PAGE, 1).is_some());
        assert!(bump.memory.pages() >= 101);
        assert_eq!(bump.take(usize::MAX, 1), None);
        assert_eq!(bump.take(usize::MAX - 10, 8), None);
    }

    #[test]
    fn the_last_block_grows_and_shrinks_in_place() {
        let bump = bump(4);
        let first = bump.take(10, 1).unwrap();
        assert!(bump.resize(first, 10, 3 * PAGE));
        assert_eq!(bump.memory.pages(), 4);
        assert!(bump.resize(first, 3 * PAGE, 20));
        let second = bump.take(1, 1).unwrap();
        assert_eq!(second, first + 20);
        assert!(!bump.resize(first, 20, 21), "another lies behind it");
        assert!(bump.resize(first, 20, 5), "smaller always fits");
        assert_eq!(bump.take(1, 1), Some(second + 1), "what a block in the middle gives up is not used again");
        assert!(!bump.resize(second + 1, 1, 100 * PAGE), "more than there is");
    }

    #[test]
    fn the_last_block_that_is_given_back_is_taken_again() {
        let bump = bump(2);
        let (first, second) = (bump.take(10, 1).unwrap(), bump.take(10, 1).unwrap());
        bump.give_back(first, 10);
        assert_eq!(bump.take(10, 1), Some(second + 10), "a block in the middle is lost until the call ends");
        bump.give_back(second + 10, 10);
        assert_eq!(bump.take(4, 1), Some(second + 10));
    }
}
