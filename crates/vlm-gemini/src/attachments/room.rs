//! Which media find no room in a request of limited size.

/// The places of those that have to go elsewhere, in order: the largest first, until the rest fits into `limit` bytes
/// beside `words` bytes of text. Media without a length take no room.
pub(super) fn without_room(lengths: &[Option<u64>], words: u64, limit: u64) -> Vec<usize> {
    // As base64, three bytes take four; in wide numbers no sum passes its bound.
    let encoded = |length: u64| u128::from(length.div_ceil(3)) * 4;
    let mut sizes: Vec<(usize, u128)> =
        lengths.iter().enumerate().filter_map(|(at, length)| Some((at, encoded((*length)?)))).collect();
    // Of equal sizes the later one goes first.
    sizes.sort_by_key(|(at, size)| (*size, *at));
    let mut total = u128::from(words) + sizes.iter().map(|(_, size)| size).sum::<u128>();
    let mut gone = Vec::new();
    while total > u128::from(limit)
        && let Some((at, size)) = sizes.pop()
    {
        total -= size;
        gone.push(at);
    }
    gone.sort_unstable();
    gone
}

#[cfg(test)]
mod tests {
    //! The largest go, no more than needed.

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_go_first_and_no_more_than_needed() {
        let lengths = [Some(30), None, Some(300), Some(3)];
        assert_eq!(without_room(&lengths, 0, 444), [0usize; 0]);
        assert_eq!(without_room(&lengths, 0, 443), [2]);
        assert_eq!(without_room(&lengths, 400, 444), [2]);
        assert_eq!(without_room(&lengths, 401, 444), [0, 2]);
        assert_eq!(without_room(&lengths, 500, 444), [0, 2, 3]);
        assert_eq!(without_room(&[Some(u64::MAX), Some(u64::MAX), Some(3)], 0, 4), [0, 1]);
        assert_eq!(without_room(&[Some(9), Some(9)], 0, 12), [1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_stays_fits_and_what_goes_is_not_smaller_than_what_stays(
            lengths in proptest::collection::vec(proptest::option::of(0u64..5000), 0..8),
            words in 0u64..2000,
            limit in 0u64..20_000,
        ) {
            let gone = without_room(&lengths, words, limit);
            let size = |at: usize| lengths[at].map_or(0, |length| length.div_ceil(3) * 4);
            let stays = (0..lengths.len()).filter(|at| !gone.contains(at));
            let total: u64 = words + stays.clone().map(size).sum::<u64>();
            prop_assert!(total <= limit || stays.clone().all(|at| lengths[at].is_none()));
            let smallest = gone.iter().map(|at| size(*at)).min();
            if let Some(smallest) = smallest {
                prop_assert!(stays.clone().all(|at| size(at) <= smallest));
                prop_assert!(total + smallest > limit, "one of them could have stayed");
            }
        }
    }
}
